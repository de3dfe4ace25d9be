package dev.mergefarm.merge.method;

/** What a recipe's {@code base_model} means to a method. */
public enum BaseModelRule {
  /**
   * The method knows no base. A base model that is given but not listed still joins as one more
   * ordinary input, and the user is warned.
   */
  ORDINARY_INPUT,
  /** A base changes what the method computes, and may be left out. */
  OPTIONAL,
  /** The method cannot do without a base. */
  REQUIRED;

  /** Whether the base stands apart from the models that are merged. */
  public boolean special() {
    return this != ORDINARY_INPUT;
  }
}
