package dev.mergefarm.merge.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.model.ModelReference;
import java.nio.charset.StandardCharsets;
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

  /** A recipe whose result is this model, its adapter merged. */
  public String copyRecipe() {
    ObjectNode recipe = JsonFiles.object().put("merge_method", "passthrough");
    ObjectNode model = recipe.putArray("models").addObject().putObject("model");
    place(model.putObject("model"), reference);
    reference.adapter().ifPresent(adapter -> place(model.putObject("lora"), adapter));
    architecture.ifPresent(name -> model.put("override_architecture", name));
    // Every JSON document is a YAML document.
    return new String(JsonFiles.write(recipe), StandardCharsets.UTF_8);
  }

  private static void place(ObjectNode node, ModelReference place) {
    node.put("path", place.path());
    place.revision().ifPresent(revision -> node.put("revision", revision));
  }

  /** The text form. */
  @Override
  public String toString() {
    return reference.text();
  }
}
