package dev.mergefarm.eval.model.graph;

/**
 * The inverse frequencies of rotary position embeddings, radians per position for each pair of
 * dimensions. Some schemes change them with the length of the sequence; a regime is a class of
 * lengths with the same frequencies.
 */
public sealed interface Frequencies {

  /** The regime that a sequence of this many tokens falls into; the same number for the same. */
  int regime(int length);

  /** The frequencies of a regime. Not to be changed by the caller. */
  float[] at(int regime);

  /** The same for every length. */
  record Fixed(float[] values) implements Frequencies {
    @Override
    public int regime(int length) {
      return 0;
    }

    @Override
    public float[] at(int regime) {
      return values;
    }
  }

  /**
   * Grows the base with the length beyond the trained one (dynamic NTK scaling).
   *
   * @param base of the geometric sequence
   * @param dimensions rotated, more than 2
   * @param factor of the scaling
   * @param trainedLength up to which nothing changes
   */
  record Dynamic(double base, int dimensions, double factor, int trainedLength)
      implements Frequencies {
    @Override
    public int regime(int length) {
      return Math.max(length, trainedLength);
    }

    @Override
    public float[] at(int regime) {
      double growth = factor * regime / trainedLength - (factor - 1);
      return geometric(base * Math.pow(growth, dimensions / (dimensions - 2.0)), dimensions);
    }
  }

  /**
   * One set up to the trained length and another beyond it (LongRoPE, arXiv 2402.13753).
   *
   * @param shortValues up to the trained length
   * @param longValues beyond it
   */
  record Switched(float[] shortValues, float[] longValues, int trainedLength)
      implements Frequencies {
    @Override
    public int regime(int length) {
      return length > trainedLength ? 1 : 0;
    }

    @Override
    public float[] at(int regime) {
      return regime == 1 ? longValues : shortValues;
    }
  }

  /** {@code base^(-2i / dimensions)} in float32, for each even dimension 2i. */
  static float[] geometric(double base, int dimensions) {
    float[] values = new float[(dimensions + 1) / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1f / (float) Math.pow(base, 2f * i / dimensions);
    }
    return values;
  }
}
