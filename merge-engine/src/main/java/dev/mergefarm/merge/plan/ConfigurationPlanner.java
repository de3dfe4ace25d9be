package dev.mergefarm.merge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.merge.output.ModelConfiguration;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.storage.tensor.DataType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes the output's config.json from the donor's. */
final class ConfigurationPlanner {

  private final Recipe recipe;
  private final InspectedModel donor;
  private final Compatibility compatibility;
  private final Problems problems;
  private final ModelConfiguration configuration;

  ConfigurationPlanner(
      Recipe recipe, InspectedModel donor, Compatibility compatibility, Problems problems) {
    this.recipe = recipe;
    this.donor = donor;
    this.compatibility = compatibility;
    this.problems = problems;
    this.configuration = new ModelConfiguration(donor.configuration());
  }

  ModelConfiguration configuration(
      ArchitectureDefinition architecture,
      List<NormalModule> modules,
      Optional<TokenizerPlanner> tokenizer,
      List<PlannedTensor> tensors) {
    Optional<DataType> type = recipe.outputDataType().or(recipe::dataType);
    type.ifPresent(configuration::dataType);
    for (NormalModule module : modules) {
      if (module.sliced()) {
        layerCount(module);
      }
    }
    if (tokenizer.isPresent()) {
      configuration.number(vocabularyKey(architecture), tokenizer.get().output().height());
    } else {
      vocabulary(architecture, tensors);
    }
    if (compatibility == Compatibility.STRICT) {
      ties(modules, tensors);
    }
    return configuration;
  }

  private void layerCount(NormalModule module) {
    int donorLayers = donor.layers(module.definition());
    Optional<String> key = module.definition().layersKey().or(() -> guessedKey(donorLayers));
    if (key.isEmpty()) {
      if (module.layers() != donorLayers) {
        problems.warning(
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            recipe.pathOf("slices"),
            "The output has "
                + module.layers()
                + " layers, and no key of config.json is known to say so; set it by hand.");
      }
      return;
    }
    configuration.number(key.get(), module.layers());
    if (compatibility == Compatibility.STRICT) {
      List<String> stale =
          configuration.perLayer(
              key.get(),
              donorLayers,
              module.layers(),
              (list, layer) -> entryOf(module, list, layer));
      for (String list : stale) {
        problems.warning(
            ErrorCode.INVALID_VALUE,
            recipe.pathOf("slices"),
            "The list '" + list + "' of config.json could not be brought to the new layers.");
      }
    }
  }

  /** What the first source of an output layer says of its own layer in a list of its config. */
  private static Optional<JsonNode> entryOf(NormalModule module, String list, int layer) {
    int first = 0;
    for (NormalModule.Slice slice : module.slices()) {
      if (layer < first + slice.length()) {
        NormalModule.Source source = slice.sources().getFirst();
        JsonNode entries = InspectedModel.at(source.model().configuration(), list);
        return Optional.ofNullable(entries.get(source.start() + layer - first));
      }
      first += slice.length();
    }
    return Optional.empty();
  }

  /** The usual key, if it says what the donor's tensors say. */
  private Optional<String> guessedKey(int layers) {
    return Stream.of("num_hidden_layers", "n_layer", "num_layers", "text_config.num_hidden_layers")
        .filter(key -> configuration.number(key) == layers)
        .findFirst();
  }

  /** Where this model says how large its vocabulary is. */
  private String vocabularyKey(ArchitectureDefinition architecture) {
    return Stream.of(architecture.vocabularyKey(), "vocab_size", "text_config.vocab_size")
        .filter(key -> configuration.number(key) >= 0)
        .findFirst()
        .orElse(architecture.vocabularyKey());
  }

  /** The configuration states the height of the embeddings that are written. */
  private void vocabulary(ArchitectureDefinition architecture, List<PlannedTensor> tensors) {
    String key = vocabularyKey(architecture);
    long stated = configuration.number(key);
    Set<Long> donorHeights = new HashSet<>();
    Set<Long> heights = new HashSet<>();
    for (PlannedTensor tensor : tensors) {
      if (tensor.embedding() && tensor.spec().shape().rank() == 2) {
        heights.add(tensor.spec().shape().dimension(0));
        donor
            .checkpoint()
            .info(tensor.spec().name())
            .ifPresent(info -> donorHeights.add(info.shape().dimension(0)));
      }
    }
    if (heights.size() == 1 && donorHeights.contains(stated) && !heights.contains(stated)) {
      configuration.number(key, heights.iterator().next());
    }
  }

  /** A head that is written must not be replaced by the embeddings when the model is loaded. */
  private void ties(List<NormalModule> modules, List<PlannedTensor> tensors) {
    Set<String> heads = new HashSet<>();
    for (NormalModule module : modules) {
      for (WeightDefinition weight : module.definition().after()) {
        if (weight.embedding() && !weight.tiedNames().isEmpty()) {
          heads.add(weight.name());
        }
      }
    }
    boolean written = tensors.stream().anyMatch(tensor -> heads.contains(tensor.spec().name()));
    if (written && configuration.untie()) {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          donor.path(),
          "Some models have an output head of their own, so one is written, and config.json no"
              + " longer ties it to the embeddings.");
    }
  }
}
