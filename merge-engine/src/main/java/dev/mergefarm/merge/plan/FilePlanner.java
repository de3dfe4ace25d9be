package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.output.ModelConfiguration;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.tensor.DataType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides the files beside the tensors. */
final class FilePlanner {

  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer_config.json",
          "special_tokens_map.json",
          "tokenizer.json",
          "tokenizer.model",
          "added_tokens.json",
          "merges.txt",
          "vocab.json",
          "vocab.txt",
          "chat_template.jinja",
          "generation_config.json",
          "chat_template.json",
          "video_preprocessor_config.json");

  private final Recipe recipe;
  private final String text;
  private final MergeMethod method;
  private final List<InspectedModel> models;
  private final MergeOptions options;
  private final Problems problems;
  private final InspectedModel donor;
  private final List<OutputFile> files = new ArrayList<>();

  FilePlanner(
      Recipe recipe,
      String text,
      MergeMethod method,
      List<InspectedModel> models,
      MergeOptions options,
      Problems problems) {
    this.recipe = recipe;
    this.text = text;
    this.method = method;
    this.models = models;
    this.options = options;
    this.problems = problems;
    this.donor = models.getFirst();
  }

  List<OutputFile> files(
      ArchitectureDefinition architecture,
      List<NormalModule> modules,
      List<PlannedTensor> tensors) {
    files.add(
        new OutputFile.Generated(
            ModelFiles.CONFIG,
            JsonFiles.write(configuration(architecture, modules, tensors).json())));
    if (options.copyTokenizer()) {
      copyTokenizer();
    }
    copy(architecture.extraFiles());
    if (options.writeModelCard()) {
      files.add(
          new OutputFile.Generated("mergekit_config.yml", text.getBytes(StandardCharsets.UTF_8)));
    }
    return files;
  }

  private void copyTokenizer() {
    List<String> present = donor.model().files();
    boolean usable =
        present.contains("tokenizer_config.json")
            && (present.contains("tokenizer.json") || present.contains("tokenizer.model"));
    if (usable) {
      copy(TOKENIZER_FILES);
    }
  }

  private void copy(List<String> names) {
    Set<String> present = new HashSet<>(donor.model().files());
    Set<String> planned = new HashSet<>();
    files.forEach(file -> planned.add(file.name()));
    for (String name : names) {
      if (present.contains(name) && planned.add(name)) {
        files.add(new OutputFile.Copied(name, donor.source()));
      }
    }
  }

  private ModelConfiguration configuration(
      ArchitectureDefinition architecture,
      List<NormalModule> modules,
      List<PlannedTensor> tensors) {
    ModelConfiguration configuration = new ModelConfiguration(donor.configuration());
    Optional<DataType> type = recipe.outputDataType().or(recipe::dataType);
    type.ifPresent(configuration::dataType);
    for (NormalModule module : modules) {
      if (module.sliced()) {
        layerCount(configuration, module);
      }
    }
    vocabulary(configuration, architecture, tensors);
    return configuration;
  }

  private void layerCount(ModelConfiguration configuration, NormalModule module) {
    Optional<String> key =
        module
            .definition()
            .layersKey()
            .or(() -> guessedKey(configuration, donor.layers(module.definition())));
    if (key.isEmpty()) {
      if (module.layers() != donor.layers(module.definition())) {
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
  }

  /** The usual key, if it says what the donor's tensors say. */
  private static Optional<String> guessedKey(ModelConfiguration configuration, int layers) {
    return List.of("num_hidden_layers", "n_layer", "num_layers", "text_config.num_hidden_layers")
        .stream()
        .filter(key -> configuration.number(key) == layers)
        .findFirst();
  }

  /** The configuration states the height of the embeddings that are written. */
  private void vocabulary(
      ModelConfiguration configuration,
      ArchitectureDefinition architecture,
      List<PlannedTensor> tensors) {
    long stated = configuration.number(architecture.vocabularyKey());
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
      configuration.number(architecture.vocabularyKey(), heights.iterator().next());
    }
  }
}
