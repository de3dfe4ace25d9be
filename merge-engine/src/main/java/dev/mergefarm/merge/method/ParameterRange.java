package dev.mergefarm.merge.method;

/**
 * The numbers that a parameter may be. Not-a-number and the infinities never are.
 *
 * @param least the smallest number allowed
 * @param most the largest number allowed
 */
public record ParameterRange(double least, double most) {

  /** Every finite number. */
  public static final ParameterRange ANY = new ParameterRange(-Double.MAX_VALUE, Double.MAX_VALUE);

  public ParameterRange {
    if (!(least <= most)) {
      throw new IllegalArgumentException("range is empty: " + least + " to " + most);
    }
  }

  public static ParameterRange atLeast(double least) {
    return new ParameterRange(least, Double.MAX_VALUE);
  }

  public boolean allows(double value) {
    return value >= least && value <= most;
  }

  /** As in {@code from 0.0 to 1.0}. */
  public String describe() {
    if (equals(ANY)) {
      return "any finite number";
    }
    return most == Double.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
  }
}
