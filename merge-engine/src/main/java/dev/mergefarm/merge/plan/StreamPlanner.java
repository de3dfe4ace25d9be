package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.recipe.RecipeGraph;
import dev.mergefarm.merge.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans every recipe of a YAML stream, each after those whose results it merges. */
public final class StreamPlanner {

  private final MethodRegistry registry;
  private final RecipePlanner planner;

  /**
   * @param memoryBound most memory that running a plan takes, in bytes
   */
  public StreamPlanner(MethodRegistry registry, ModelOpener opener, long memoryBound) {
    this.registry = registry;
    this.planner = new RecipePlanner(registry, opener, memoryBound);
  }

  /**
   * Reads and plans; every problem is reported.
   *
   * @return the plans in an order in which they can run; empty when there is an error
   */
  public List<MergePlan> plan(String yaml, MergeOptions options, Problems problems) {
    List<Recipe> recipes =
        RecipeReader.read(yaml, options.compatibility(), registry::find, problems);
    List<Recipe> ordered = RecipeGraph.order(recipes, problems);
    Map<String, MergePlan> stages = new LinkedHashMap<>();
    List<MergePlan> plans = new ArrayList<>();
    for (Recipe recipe : ordered) {
      Optional<String> failed =
          RecipeGraph.dependencies(recipe, recipes).stream()
              .filter(name -> !stages.containsKey(name))
              .findFirst();
      if (failed.isPresent()) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            recipe.path(),
            "The recipe needs the result of '" + failed.get() + "', which has errors.");
        continue;
      }
      planner
          .plan(recipe, yaml, stages, options, problems)
          .ifPresent(
              plan -> {
                plans.add(plan);
                recipe.name().ifPresent(name -> stages.put(name, plan));
              });
    }
    return problems.hasErrors() ? List.of() : List.copyOf(plans);
  }
}
