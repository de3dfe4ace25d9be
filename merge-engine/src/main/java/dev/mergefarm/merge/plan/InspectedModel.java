package dev.mergefarm.merge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.architecture.ModuleDefinition;
import dev.mergefarm.merge.input.Checkpoint;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.storage.model.Model;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A model of a recipe as the planner knows it.
 *
 * @param source index of its checkpoint among the plan's models
 * @param path where the recipe first names it
 * @param configuration its config.json
 * @param className of the architecture, overridden where the recipe says so; empty when the
 *     configuration names none
 * @param definition of its architecture, when there is one that fits its tensors
 */
record InspectedModel(
    ModelName name,
    int source,
    String path,
    Model model,
    ObjectNode configuration,
    Checkpoint checkpoint,
    String className,
    Optional<ArchitectureDefinition> definition) {

  /** The node under a key with dots between levels; a missing node when there is none. */
  static JsonNode at(JsonNode configuration, String dottedKey) {
    JsonNode node = configuration;
    for (String part : dottedKey.split("\\.")) {
      node = node.path(part);
    }
    return node;
  }

  String modelType() {
    return configuration.path("model_type").asText("");
  }

  /**
   * How many layers of a module the model has: as its configuration says, else by its tensors'
   * names.
   */
  int layers(ModuleDefinition module) {
    Optional<Integer> configured =
        module
            .layersKey()
            .map(key -> at(configuration, key))
            .filter(JsonNode::canConvertToInt)
            .map(JsonNode::asInt);
    if (configured.isPresent()) {
      return configured.get();
    }
    if (module.fixedLayers().isPresent() && module.fixedLayers().getAsInt() == 0) {
      return 0;
    }
    int count = 0;
    for (String tensor : checkpoint.names()) {
      OptionalInt layer = module.layerOf(tensor);
      if (layer.isPresent()) {
        count = Math.max(count, layer.getAsInt() + 1);
      }
    }
    return count;
  }

  /** The vocabulary size that its configuration states under a key. */
  OptionalLong vocabularySize(String key) {
    for (String candidate : new String[] {key, "vocab_size", "text_config.vocab_size"}) {
      JsonNode node = at(configuration, candidate);
      if (node.canConvertToLong() && node.isIntegralNumber()) {
        return OptionalLong.of(node.asLong());
      }
    }
    return OptionalLong.empty();
  }
}
