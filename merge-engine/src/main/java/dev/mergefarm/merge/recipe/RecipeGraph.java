package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The order of a stream's recipes: a model path that equals a recipe's name is its result. */
public final class RecipeGraph {

  private RecipeGraph() {}

  /**
   * The recipes, each after those that it needs, otherwise in document order. A name that is there
   * twice, a second recipe without a name, and a circle are reported.
   */
  public static List<Recipe> order(List<Recipe> recipes, Problems problems) {
    Map<String, Recipe> byName = new LinkedHashMap<>();
    Set<Recipe> unnamed = new LinkedHashSet<>();
    for (Recipe recipe : recipes) {
      if (recipe.name().isEmpty()) {
        unnamed.add(recipe);
      } else if (byName.putIfAbsent(recipe.name().get(), recipe) != null) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            recipe.pathOf("name"),
            "Two recipes of the stream are named '" + recipe.name().get() + "'.");
      }
    }
    if (unnamed.size() > 1) {
      problems.error(
          ErrorCode.INVALID_VALUE, "", "Multiple unnamed merge configurations are not supported.");
    }
    SequencedSet<Recipe> ordered = new LinkedHashSet<>();
    for (Recipe recipe : recipes) {
      visit(recipe, byName, ordered, new LinkedHashSet<>(), problems);
    }
    return List.copyOf(ordered);
  }

  private static void visit(
      Recipe recipe,
      Map<String, Recipe> byName,
      SequencedSet<Recipe> ordered,
      SequencedSet<Recipe> open,
      Problems problems) {
    if (ordered.contains(recipe)) {
      return;
    }
    if (!open.add(recipe)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          recipe.path(),
          "Circular dependency detected involving "
              + recipe.name().orElse("the unnamed recipe")
              + ".");
      return;
    }
    for (String name : dependencies(recipe, List.copyOf(byName.values()))) {
      visit(byName.get(name), byName, ordered, open, problems);
    }
    open.remove(recipe);
    ordered.add(recipe);
  }

  /** Names of the recipes whose results a recipe merges. */
  public static List<String> dependencies(Recipe recipe, List<Recipe> recipes) {
    Set<String> names =
        recipes.stream().flatMap(other -> other.name().stream()).collect(Collectors.toSet());
    List<String> dependencies = new ArrayList<>();
    for (ModelName model : recipe.models()) {
      String path = model.reference().path();
      if (names.contains(path) && !dependencies.contains(path)) {
        dependencies.add(path);
      }
    }
    return dependencies;
  }
}
