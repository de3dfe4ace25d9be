package dev.mergefarm.benchmarks.merge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A merge that is measured.
 *
 * @param inputs the models it reads, for the ceiling
 */
public record Recipe(String method, List<String> inputs, String yaml) {

  private static final String THREE_MODELS =
      """
      models:
        - {model: a, parameters: {weight: 0.5%1$s}}
        - {model: b, parameters: {weight: 0.3%1$s}}
        - {model: c, parameters: {weight: 0.2%1$s}}
      dtype: bfloat16
      """;

  /** All of them, in the order they are run. */
  public static Map<String, Recipe> all() {
    Map<String, Recipe> recipes = new LinkedHashMap<>();
    add(
        recipes,
        "passthrough",
        List.of("a"),
        "merge_method: passthrough\nmodels: [{model: a}]\ndtype: bfloat16\n");
    add(recipes, "linear", List.of("a", "b", "c"), "merge_method: linear\n" + three(""));
    add(
        recipes,
        "slerp",
        List.of("a", "b"),
        """
        merge_method: slerp
        base_model: a
        models: [{model: a}, {model: b}]
        parameters: {t: 0.4}
        dtype: bfloat16
        """);
    overBase(recipes, "task_arithmetic", "");
    overBase(recipes, "ties", ", density: 0.5");
    overBase(recipes, "breadcrumbs", ", density: 0.5, gamma: 0.01");
    overBase(recipes, "dare_linear", ", density: 0.5");
    overBase(recipes, "dare_ties", ", density: 0.5");
    overBase(recipes, "della", ", density: 0.5, epsilon: 0.1");
    overBase(recipes, "model_stock", "");
    return recipes;
  }

  private static void overBase(Map<String, Recipe> recipes, String method, String parameters) {
    String yaml = "merge_method: " + method + "\nbase_model: base\n" + three(parameters);
    add(recipes, method, List.of("base", "a", "b", "c"), yaml);
  }

  private static String three(String parameters) {
    return THREE_MODELS.formatted(parameters);
  }

  private static void add(
      Map<String, Recipe> recipes, String method, List<String> inputs, String yaml) {
    recipes.put(method, new Recipe(method, inputs, yaml));
  }
}
