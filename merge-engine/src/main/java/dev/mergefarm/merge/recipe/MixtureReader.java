package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.DataType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Reads recipes of mixtures of experts, as mergekit-moe takes them. Everything that can be judged
 * without models is reported with its path.
 */
public final class MixtureReader {

  /** Most experts of a mixture. */
  public static final int MOST_EXPERTS = 256;

  private static final int MOST_PROMPTS = 10_000;

  private final Problems problems;
  private final Compatibility compatibility;
  private final ModelNameReader models;

  private MixtureReader(Problems problems, Compatibility compatibility) {
    this.problems = problems;
    this.compatibility = compatibility;
    this.models = new ModelNameReader(problems, compatibility);
  }

  /**
   * Reads a document.
   *
   * @param allowEqualModels whether all experts may come from one model although prompts tell them
   *     apart, which computes what the model itself does until it is trained
   * @return empty after an error of form; what is there may still have been reported as wrong
   */
  public static Optional<MixtureRecipe> read(
      String yaml, Compatibility compatibility, boolean allowEqualModels, Problems problems) {
    List<YamlNode> documents = YamlDocuments.read(yaml, problems);
    if (documents.size() != 1) {
      if (!problems.hasErrors()) {
        problems.error(
            documents.isEmpty() ? ErrorCode.MISSING_KEY : ErrorCode.INVALID_VALUE,
            "",
            "One document with a mixture of experts is needed, found " + documents.size() + ".");
      }
      return Optional.empty();
    }
    MixtureReader reader = new MixtureReader(problems, compatibility);
    Optional<MixtureRecipe> recipe =
        Fields.asMapping(documents.getFirst(), problems).flatMap(reader::recipe);
    recipe.ifPresent(found -> reader.check(found, allowEqualModels));
    return recipe;
  }

  private Optional<MixtureRecipe> recipe(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<ModelName> base = models.required(fields, "base_model");
    List<MixtureRecipe.Expert> experts = experts(fields, "experts");
    if (fields.node("experts").isEmpty()) {
      problems.error(
          ErrorCode.MISSING_KEY, "experts", "A mixture needs a list of at least two experts.");
    }
    List<MixtureRecipe.Expert> shared = experts(fields, "shared_experts");
    Optional<GateMode> mode = gateMode(fields);
    Optional<DataType> dataType = dataType(fields);
    int perToken = fields.wholeNumber("experts_per_token", 1, MOST_EXPERTS).orElse(2);
    Optional<String> architecture = fields.text("architecture");
    fields.reportUnknown(compatibility);
    return base.filter(_ -> !experts.isEmpty())
        .map(
            model ->
                new MixtureRecipe(
                    model,
                    experts,
                    shared,
                    mode.orElse(GateMode.HIDDEN),
                    dataType,
                    perToken,
                    architecture));
  }

  private Optional<GateMode> gateMode(Fields fields) {
    Optional<String> name = fields.text("gate_mode");
    Optional<GateMode> mode = name.flatMap(GateMode::named);
    if (name.isPresent() && mode.isEmpty()) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          "gate_mode",
          "There is no gate mode '" + name.get() + "'.",
          name.get(),
          GateMode.allNames());
    }
    return mode;
  }

  private Optional<DataType> dataType(Fields fields) {
    Optional<String> name = fields.text("dtype");
    Optional<DataType> type = name.flatMap(RecipeReader::dataType);
    if (name.isPresent() && type.isEmpty()) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          "dtype",
          "Expected float32, float16 or bfloat16, found '" + name.get() + "'.");
    }
    return type;
  }

  private List<MixtureRecipe.Expert> experts(Fields fields, String key) {
    List<YamlNode> items = fields.items(key);
    if (items.size() > MOST_EXPERTS) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          key,
          "There are " + items.size() + " experts, more than " + MOST_EXPERTS + ".");
      return List.of();
    }
    List<MixtureRecipe.Expert> experts = new ArrayList<>();
    for (YamlNode item : items) {
      Fields.asMapping(item, problems).flatMap(this::expert).ifPresent(experts::add);
    }
    return experts;
  }

  private Optional<MixtureRecipe.Expert> expert(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<ModelName> model = models.required(fields, "source_model");
    List<String> positive = prompts(fields, "positive_prompts");
    List<String> negative = prompts(fields, "negative_prompts");
    OptionalDouble noise = scale(fields, "noise_scale");
    OptionalDouble residual = scale(fields, "residual_scale");
    fields.reportUnknown(compatibility);
    return model.map(
        name ->
            new MixtureRecipe.Expert(mapping.path(), name, positive, negative, noise, residual));
  }

  private List<String> prompts(Fields fields, String key) {
    List<YamlNode> items = fields.items(key);
    if (items.size() > MOST_PROMPTS) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          fields.path(key),
          "There are " + items.size() + " prompts, more than " + MOST_PROMPTS + ".");
      return List.of();
    }
    List<String> prompts = new ArrayList<>();
    items.forEach(item -> Fields.asText(item, problems).ifPresent(prompts::add));
    return prompts;
  }

  private OptionalDouble scale(Fields fields, String key) {
    Optional<YamlNode> node = fields.node(key);
    if (node.isEmpty()) {
      return OptionalDouble.empty();
    }
    Optional<Double> number =
        node.get() instanceof YamlNode.Scalar scalar ? Numbers.read(scalar) : Optional.empty();
    if (number.isEmpty() || !Double.isFinite(number.get())) {
      Fields.wrongKind(node.get(), "a finite number", problems);
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(number.get());
  }

  private void check(MixtureRecipe recipe, boolean allowEqualModels) {
    if (recipe.experts().size() < recipe.expertsPerToken()) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          "experts_per_token",
          "A token cannot go through %d of %d experts."
              .formatted(recipe.expertsPerToken(), recipe.experts().size()));
    }
    checkShared(recipe);
    if (recipe.gateMode().usesPrompts()) {
      checkPrompts(recipe);
      checkModels(recipe, allowEqualModels);
    }
  }

  private void checkShared(MixtureRecipe recipe) {
    long gated =
        recipe.sharedExperts().stream()
            .filter(expert -> !expert.positivePrompts().isEmpty())
            .count();
    if (gated != 0 && gated != recipe.sharedExperts().size()) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          "shared_experts",
          "Give prompts for all shared experts or for none.");
    }
  }

  private void checkPrompts(MixtureRecipe recipe) {
    for (MixtureRecipe.Expert expert : recipe.experts()) {
      if (expert.positivePrompts().isEmpty()) {
        problems.error(
            ErrorCode.MISSING_KEY,
            expert.path() + ".positive_prompts",
            "An expert needs prompts that it is for, unless the gates are random.");
      }
    }
    Set<List<List<String>>> different = new LinkedHashSet<>();
    recipe
        .experts()
        .forEach(
            expert -> different.add(List.of(expert.positivePrompts(), expert.negativePrompts())));
    if (different.size() == 1) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          "experts",
          "The prompts of all experts are the same, so that nothing tells the experts apart.");
    }
  }

  private void checkModels(MixtureRecipe recipe, boolean allowEqualModels) {
    long models = recipe.experts().stream().map(MixtureRecipe.Expert::model).distinct().count();
    if (models == 1 && !allowEqualModels) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          "experts",
          "All experts come from one model, and the mixture would compute what that model does;"
              + " if it is to be trained, say --i-understand-this-is-not-useful-without-training.");
    }
  }
}
