package dev.mergefarm.merge.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.output.ModelConfiguration;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.tokenizer.ChatTemplates;
import dev.mergefarm.merge.tokenizer.Vocabulary;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.tensor.DataType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Decides the files beside the tensors. */
final class FilePlanner {

  private static final String TOKENIZER_CONFIGURATION = "tokenizer_config.json";

  private static final List<String> TOKENIZER_FILES =
      List.of(
          TOKENIZER_CONFIGURATION,
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

  /** Say the same as tokenizer.json in other forms. */
  private static final List<String> OTHER_VOCABULARIES =
      List.of("tokenizer.model", "added_tokens.json", "merges.txt", "vocab.json", "vocab.txt");

  private static final List<String> TEMPLATE_FILES =
      List.of("chat_template.json", ChatTemplates.FILE);

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
      Optional<TokenizerPlanner> tokenizer,
      List<PlannedTensor> tensors) {
    ModelConfiguration configuration = configuration(architecture, modules, tensors);
    tokenizer.ifPresent(
        planner -> configuration.number(architecture.vocabularyKey(), planner.output().height()));
    files.add(new OutputFile.Generated(ModelFiles.CONFIG, JsonFiles.write(configuration.json())));
    Optional<String> template = chatTemplate();
    if (tokenizer.isPresent()) {
      writeTokenizer(tokenizer.get(), template);
    } else if (options.copyTokenizer()) {
      copyTokenizer(template);
    }
    copy(architecture.extraFiles(), donor.model(), donor.source());
    if (options.writeModelCard()) {
      files.add(
          new OutputFile.Generated("mergekit_config.yml", text.getBytes(StandardCharsets.UTF_8)));
    }
    return files;
  }

  /** The template that the recipe asks for; empty when the donor's stays. */
  private Optional<String> chatTemplate() {
    if (recipe.chatTemplate().isEmpty()) {
      return Optional.empty();
    }
    String wanted = recipe.chatTemplate().get();
    if (wanted.equals("auto")) {
      return ChatTemplates.mostFrequent(
          models.stream()
              .<Function<String, Optional<byte[]>>>map(model -> model.model()::file)
              .toList());
    }
    Optional<String> template = ChatTemplates.named(wanted);
    if (template.isEmpty()) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          recipe.pathOf("chat_template"),
          "Invalid chat template: " + wanted + ".",
          wanted,
          ChatTemplates.BUILT_IN);
    }
    return template;
  }

  private void writeTokenizer(TokenizerPlanner planner, Optional<String> template) {
    ModelInspector.TokenizerDonor from = planner.donor();
    if (planner.output().changed()) {
      files.add(
          new OutputFile.Generated(
              Vocabulary.FILE, JsonFiles.write(planner.output().vocabulary().json())));
    }
    template(from.model(), template, planner.output().changed());
    List<String> names = new ArrayList<>(TOKENIZER_FILES);
    names.remove("generation_config.json");
    if (planner.output().changed()) {
      names.removeAll(OTHER_VOCABULARIES);
    }
    if (template.isPresent()) {
      names.removeAll(TEMPLATE_FILES);
    }
    copy(names, from.model(), from.source());
  }

  private void copyTokenizer(Optional<String> template) {
    List<String> present = donor.model().files();
    boolean usable =
        present.contains(TOKENIZER_CONFIGURATION)
            && (present.contains(Vocabulary.FILE) || present.contains("tokenizer.model"));
    if (!usable) {
      template.ifPresent(
          _ ->
              problems.warning(
                  ErrorCode.UNSUPPORTED_TOKENIZER,
                  recipe.pathOf("chat_template"),
                  donor.name() + " has no tokenizer for the chat template to go with."));
      return;
    }
    template(donor.model(), template, false);
    List<String> names = new ArrayList<>(TOKENIZER_FILES);
    if (template.isPresent()) {
      names.removeAll(TEMPLATE_FILES);
    }
    copy(names, donor.model(), donor.source());
  }

  /** The configuration without what a new template or vocabulary makes wrong in it. */
  private void template(Model from, Optional<String> template, boolean newVocabulary) {
    template.ifPresent(
        text ->
            files.add(
                new OutputFile.Generated(
                    ChatTemplates.FILE, text.getBytes(StandardCharsets.UTF_8))));
    Optional<byte[]> file = from.file(TOKENIZER_CONFIGURATION);
    if (file.isEmpty() || (template.isEmpty() && !newVocabulary)) {
      return;
    }
    ObjectNode configuration = JsonFiles.parseObject(TOKENIZER_CONFIGURATION, file.get());
    boolean changed = template.isPresent() && configuration.remove("chat_template") != null;
    // The tokenizer's own file says it all; this list would lack the new tokens.
    changed |= newVocabulary && configuration.remove("added_tokens_decoder") != null;
    if (changed) {
      files.add(new OutputFile.Generated(TOKENIZER_CONFIGURATION, JsonFiles.write(configuration)));
    }
  }

  private void copy(List<String> names, Model from, int source) {
    Set<String> present = new HashSet<>(from.files());
    Set<String> planned = new HashSet<>();
    files.forEach(file -> planned.add(file.name()));
    for (String name : names) {
      if (present.contains(name) && planned.add(name)) {
        files.add(new OutputFile.Copied(name, source));
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
