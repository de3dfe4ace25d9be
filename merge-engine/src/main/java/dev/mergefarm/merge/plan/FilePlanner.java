package dev.mergefarm.merge.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.output.ModelCard;
import dev.mergefarm.merge.output.ModelConfiguration;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.tokenizer.ChatTemplates;
import dev.mergefarm.merge.tokenizer.Vocabulary;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Decides the files beside the tensors. */
final class FilePlanner {

  private static final String AUTOMATIC = "auto";
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
    ModelConfiguration configuration =
        new ConfigurationPlanner(recipe, donor, options.compatibility(), problems)
            .configuration(architecture, modules, tokenizer, tensors);
    files.add(new OutputFile.Generated(ModelFiles.CONFIG, JsonFiles.write(configuration.json())));
    Optional<String> template = chatTemplate();
    if (tokenizer.isPresent()) {
      writeTokenizer(tokenizer.get(), template);
    } else if (options.copyTokenizer()) {
      copyTokenizer(template);
    }
    copy(List.of("generation_config.json"), donor.model(), donor.source());
    copy(architecture.extraFiles(), donor.model(), donor.source());
    if (options.writeModelCard()) {
      files.add(
          new OutputFile.Generated(ModelCard.FILE, card().text().getBytes(StandardCharsets.UTF_8)));
      files.add(
          new OutputFile.Generated("mergekit_config.yml", text.getBytes(StandardCharsets.UTF_8)));
    }
    return files;
  }

  /** Reports a chat template that is neither a built-in name nor a template. */
  static void checkChatTemplate(Recipe recipe, Problems problems) {
    String wanted = recipe.chatTemplate().orElse(AUTOMATIC);
    if (!wanted.equals(AUTOMATIC) && ChatTemplates.named(wanted).isEmpty()) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          recipe.pathOf("chat_template"),
          "Invalid chat template: " + wanted + ".",
          wanted,
          ChatTemplates.BUILT_IN);
    }
  }

  /** The template that the recipe asks for; empty when the donor's stays. */
  private Optional<String> chatTemplate() {
    return recipe
        .chatTemplate()
        .flatMap(
            wanted ->
                wanted.equals(AUTOMATIC)
                    ? ChatTemplates.mostFrequent(
                        models.stream()
                            .<Function<String, Optional<byte[]>>>map(model -> model.model()::file)
                            .toList())
                    : ChatTemplates.named(wanted));
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
    if (planner.output().changed()) {
      names.removeAll(OTHER_VOCABULARIES);
    }
    if (template.isPresent()) {
      names.removeAll(TEMPLATE_FILES);
    }
    copy(names, from.model(), from.source());
  }

  /** The files of a model's tokenizer; none where it is not whole. */
  static List<String> tokenizerFiles(Model model) {
    List<String> present = model.files();
    boolean whole =
        present.contains(TOKENIZER_CONFIGURATION)
            && (present.contains(Vocabulary.FILE) || present.contains("tokenizer.model"));
    return whole ? TOKENIZER_FILES.stream().filter(present::contains).toList() : List.of();
  }

  private void copyTokenizer(Optional<String> template) {
    List<String> names = new ArrayList<>(tokenizerFiles(donor.model()));
    if (names.isEmpty()) {
      template.ifPresent(
          _ ->
              problems.warning(
                  ErrorCode.UNSUPPORTED_TOKENIZER,
                  recipe.pathOf("chat_template"),
                  donor.name() + " has no tokenizer for the chat template to go with."));
      return;
    }
    template(donor.model(), template, false);
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

  private ModelCard card() {
    Optional<String> base =
        recipe.baseModel().filter(_ -> method.baseModelRule().special()).map(ModelName::toString);
    List<ModelCard.Input> inputs =
        models.stream()
            .map(
                model ->
                    new ModelCard.Input(
                        model.name().toString(),
                        model
                            .model()
                            .file(ModelCard.FILE)
                            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                            .flatMap(ModelCard::licenceOf)))
            .toList();
    return new ModelCard(
        recipe.name().orElse("Merged model"),
        method.title(),
        method.reference(),
        base,
        inputs,
        text);
  }
}
