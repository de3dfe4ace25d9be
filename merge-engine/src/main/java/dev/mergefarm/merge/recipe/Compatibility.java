package dev.mergefarm.merge.recipe;

/** How a recipe's oddities are taken. */
public enum Compatibility {
  /** Unknown keys and parameters are errors, with the nearest known name. */
  STRICT,
  /** What mergekit lets pass in silence is a warning. */
  MERGEKIT
}
