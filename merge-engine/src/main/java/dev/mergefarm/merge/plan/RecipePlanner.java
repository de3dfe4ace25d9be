package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.method.BaseModelRule;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.merge.recipe.Content;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.recipe.Slice;
import dev.mergefarm.merge.recipe.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans one recipe: finds its method and models, checks everything that headers can tell, and lists
 * the output. All problems are collected; there is a plan only when none is an error.
 */
final class RecipePlanner {

  /** Most different models in one recipe. */
  static final int MOST_MODELS = 256;

  private final MethodRegistry registry;
  private final long memoryBound;
  private final ModelOpener opener;

  /**
   * @param memoryBound most memory that running a plan takes, in bytes
   */
  RecipePlanner(MethodRegistry registry, ModelOpener opener, long memoryBound) {
    this.registry = registry;
    this.opener = opener;
    this.memoryBound = memoryBound;
  }

  /**
   * @param stages plans of the stream's other recipes that this one may name
   */
  Optional<MergePlan> plan(
      Recipe recipe,
      String text,
      Map<String, MergePlan> stages,
      MergeOptions options,
      Problems problems) {
    Optional<MergeMethod> method =
        registry.find(recipe.method(), recipe.pathOf("merge_method"), problems);
    FilePlanner.checkChatTemplate(recipe, problems);
    method.ifPresent(found -> checkMethod(found, recipe, options.compatibility(), problems));
    try (ModelInspector inspector = new ModelInspector(opener, stages, options, problems)) {
      Map<ModelName, String> mentions = mentions(recipe);
      if (mentions.size() > MOST_MODELS) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            recipe.path(),
            "The recipe names " + mentions.size() + " models, more than " + MOST_MODELS + ".");
        return Optional.empty();
      }
      mentions.forEach((name, path) -> inspector.inspect(name, path));
      // There is none when no source of the recipe could be read.
      if (!inspector.allUsable() || inspector.usable().isEmpty()) {
        return Optional.empty();
      }
      Optional<ArchitectureDefinition> architecture =
          ArchitectureChoice.among(inspector.usable(), options, problems);
      if (architecture.isEmpty()) {
        return Optional.empty();
      }
      return new PlanBuilder(
              recipe,
              text,
              method.filter(_ -> !problems.hasErrors()),
              architecture.get(),
              inspector,
              options,
              memoryBound,
              problems)
          .build();
    }
  }

  private void checkMethod(
      MergeMethod method, Recipe recipe, Compatibility compatibility, Problems problems) {
    new ParameterCheck(method, registry, compatibility, problems).check(recipe);
    if (method.baseModelRule() == BaseModelRule.REQUIRED && recipe.baseModel().isEmpty()) {
      boolean everySlice =
          recipe.content() instanceof Content.Slices slices
              && slices.slices().stream().allMatch(slice -> slice.baseModel().isPresent());
      if (!everySlice) {
        problems.error(
            ErrorCode.MISSING_KEY,
            recipe.pathOf("base_model"),
            "The method " + method.name() + " needs a base_model.");
      }
    }
  }

  /** Every model of a recipe with the first place that names it; the donor first. */
  private static Map<ModelName, String> mentions(Recipe recipe) {
    Map<ModelName, String> mentions = new LinkedHashMap<>();
    recipe.baseModel().ifPresent(name -> mentions.put(name, recipe.pathOf("base_model")));
    mentions(recipe.content(), mentions);
    return mentions;
  }

  private static void mentions(Content content, Map<ModelName, String> mentions) {
    switch (content) {
      case Content.Models models -> mentions(models.sources(), mentions);
      case Content.Slices slices -> {
        for (Slice slice : slices.slices()) {
          slice
              .baseModel()
              .ifPresent(name -> mentions.putIfAbsent(name, slice.path() + ".base_model"));
          mentions(slice.sources(), mentions);
        }
      }
      case Content.Modules modules ->
          modules.modules().values().forEach(module -> mentions(module.content(), mentions));
    }
  }

  private static void mentions(List<Source> sources, Map<ModelName, String> mentions) {
    for (Source source : sources) {
      mentions.putIfAbsent(source.model(), source.path() + ".model");
    }
  }
}
