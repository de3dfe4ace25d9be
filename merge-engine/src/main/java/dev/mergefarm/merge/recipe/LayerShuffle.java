package dev.mergefarm.merge.recipe;

import dev.mergefarm.merge.kernel.CounterRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Recipes that put a model together from randomly chosen layers of several.
 *
 * @param models at least one; the first gives everything outside the layers' choice: depth,
 *     configuration and tokenizer
 * @param layers how many each model has, 1 or more
 * @param weights how likely each model is chosen; 0 or more, not all 0
 * @param seed the same seed chooses the same layers
 */
public record LayerShuffle(
    List<ModelName> models, List<Integer> layers, List<Double> weights, long seed) {

  public LayerShuffle {
    models = List.copyOf(models);
    layers = List.copyOf(layers);
    weights = List.copyOf(weights);
    if (models.isEmpty() || layers.size() != models.size() || weights.size() != models.size()) {
      throw new IllegalArgumentException(
          "models, layers and weights must be as many, found %d, %d and %d"
              .formatted(models.size(), layers.size(), weights.size()));
    }
    if (weights.stream().anyMatch(weight -> !(weight >= 0) || weight.isInfinite())
        || weights.stream().allMatch(weight -> weight == 0)) {
      throw new IllegalArgumentException(
          "weights must be 0 or more and not all 0, found " + weights);
    }
  }

  /** Layers of one model. */
  private record Run(int model, int start, int end) {}

  /** Each layer from one of the models, at its place. */
  public String inPlace(boolean half) {
    CounterRandom random = CounterRandom.of(seed, "layershuffle", "");
    double total = weights.stream().mapToDouble(Double::doubleValue).sum();
    List<Run> runs = new ArrayList<>();
    for (int layer = 0; layer < layers.getFirst(); layer++) {
      int model = choose(random.uniform(layer) * total);
      if (!runs.isEmpty() && runs.getLast().model == model) {
        runs.set(runs.size() - 1, new Run(model, runs.getLast().start, layer + 1));
      } else {
        runs.add(new Run(model, layer, layer + 1));
      }
    }
    return recipe(runs, half);
  }

  private int choose(double point) {
    int last = 0;
    double sum = 0;
    for (int model = 0; model < weights.size(); model++) {
      sum += weights.get(model);
      if (weights.get(model) > 0) {
        last = model;
        if (point < sum) {
          return model;
        }
      }
    }
    return last;
  }

  /**
   * Of each model as many layers as its weight says (its share of the model's own depth, rounded
   * down), any of them and in any order.
   */
  public String anywhere(boolean half) {
    CounterRandom random = CounterRandom.of(seed, "layershuffle", "anywhere");
    List<Run> runs = new ArrayList<>();
    for (int model = 0; model < models.size(); model++) {
      int count = (int) (layers.get(model) * weights.get(model));
      for (int i = 0; i < count; i++) {
        int layer = (int) (random.uniform(runs.size()) * layers.get(model));
        runs.add(new Run(model, layer, layer + 1));
      }
    }
    if (runs.isEmpty()) {
      throw new IllegalArgumentException("weights below one layer's share choose no layer at all");
    }
    Collections.shuffle(runs, new Random(seed));
    return recipe(runs, half);
  }

  private String recipe(List<Run> runs, boolean half) {
    StringBuilder yaml = new StringBuilder("merge_method: passthrough\n");
    yaml.append("base_model: ").append(quoted(models.getFirst())).append('\n');
    if (half) {
      yaml.append("dtype: float16\n");
    }
    yaml.append("slices:\n");
    for (Run run : runs) {
      yaml.append("- sources:\n  - model: ").append(quoted(models.get(run.model)));
      yaml.append("\n    layer_range: [%d, %d]\n".formatted(run.start, run.end));
    }
    return yaml.toString();
  }

  /** A YAML text in single quotes holds any character but its own quote, which is doubled. */
  private static String quoted(ModelName model) {
    return "'" + model.toString().replace("'", "''") + "'";
  }
}
