package dev.mergefarm.merge.recipe;

import dev.mergefarm.storage.model.ModelReference;
import java.util.Objects;
import java.util.Optional;

/**
 * A model as a recipe names it. Two names are the same model when all parts are equal.
 *
 * @param reference path, revision and adapter
 * @param architecture a class name that replaces the one in the model's configuration
 */
public record ModelName(ModelReference reference, Optional<String> architecture) {

  public ModelName {
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(architecture, "architecture");
  }

  /**
   * Reads the text form.
   *
   * @throws dev.mergefarm.common.MergefarmException with {@code INVALID_VALUE} and the reason
   */
  public static ModelName parse(String text) {
    return new ModelName(new ModelReference(text), Optional.empty());
  }

  /** The text form. */
  @Override
  public String toString() {
    return reference.text();
  }
}
