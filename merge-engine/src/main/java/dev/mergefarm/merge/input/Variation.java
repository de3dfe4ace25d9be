package dev.mergefarm.merge.input;

import dev.mergefarm.merge.kernel.CounterRandom;

/**
 * What is done to each element of a weight: {@code (weight + noise * n) * factor}, where n is drawn
 * from the standard normal distribution.
 *
 * @param noise standard deviation of what is added; 0: nothing is drawn
 * @param random what the draws are keyed by
 */
public record Variation(double noise, double factor, CounterRandom random) {

  /** Changes no value; the weight is only seen in float32. */
  public static final Variation NONE = new Variation(0, 1, new CounterRandom(0, 0, 0, 0));

  /** Changes consecutive elements in place. */
  void apply(float[] values, long firstElement) {
    if (noise != 0) {
      float[] drawn = new float[values.length];
      random.normals(firstElement, drawn);
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (noise * drawn[i]);
      }
    }
    if (factor != 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= (float) factor;
      }
    }
  }
}
