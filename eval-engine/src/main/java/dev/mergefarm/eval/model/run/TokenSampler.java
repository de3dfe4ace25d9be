package dev.mergefarm.eval.model.run;

import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * Draws next tokens from a model's distribution after sharpening and cutting it: logits are divided
 * by the temperature, the most probable tokens kept, and of those the smallest set whose
 * probabilities reach a sum (Holtzman et al. 2019, arXiv 1904.09751). Has a generator of its own,
 * so that a request's draws depend on its seed alone. Confined to one thread.
 */
public final class TokenSampler {

  private static final String GENERATOR = "L64X128MixRandom";

  private final double temperature;
  private final int topK;
  private final double topP;
  private final RandomGenerator random;

  /**
   * @param temperature above 0
   * @param topK tokens kept; 0 for all
   * @param topP sum of probabilities kept, above 0; 1 for all
   */
  public TokenSampler(double temperature, int topK, double topP, long seed) {
    if (!(temperature > 0) || topK < 0 || !(topP > 0) || topP > 1) {
      throw new IllegalArgumentException(
          "temperature must be above 0, topK 0 or more, topP above 0 and at most 1, found %s, %d, %s"
              .formatted(temperature, topK, topP));
    }
    this.temperature = temperature;
    this.topK = topK;
    this.topP = topP;
    this.random = RandomGeneratorFactory.of(GENERATOR).create(seed);
  }

  /** Draws a token; uses one number of the generator. */
  public int draw(float[] logits) {
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(token -> -logits[token]))
            .limit(topK == 0 ? logits.length : topK)
            .mapToInt(Integer::intValue)
            .toArray();
    double[] weights = new double[order.length];
    double total = 0;
    for (int i = 0; i < order.length; i++) {
      weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
      total += weights[i];
    }
    int kept = kept(weights, total);
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += weights[i];
    }
    double point = random.nextDouble() * sum;
    for (int i = 0; i < kept - 1; i++) {
      point -= weights[i];
      if (point < 0) {
        return order[i];
      }
    }
    return order[kept - 1];
  }

  private int kept(double[] weights, double total) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i];
      if (sum >= topP * total) {
        return i + 1;
      }
    }
    return weights.length;
  }
}
