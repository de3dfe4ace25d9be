package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.recipe.ModelName;
import java.util.List;
import java.util.Map;

/** Counts the layers of models. */
public final class LayerCounter {

  private final ModelOpener opener;

  public LayerCounter(ModelOpener opener) {
    this.opener = opener;
  }

  /**
   * The number of layers of each model.
   *
   * @throws MergefarmException with every model that cannot be used, or has several stacks of
   *     layers
   */
  public List<Integer> count(List<ModelName> models) {
    Problems problems = new Problems();
    try (ModelInspector inspector =
        new ModelInspector(opener, Map.of(), MergeOptions.DEFAULTS, problems)) {
      for (int i = 0; i < models.size(); i++) {
        inspector.inspect(models.get(i), "model[" + i + "]");
      }
      problems.throwIfErrors();
      return models.stream()
          .map(name -> count(inspector.inspect(name, "").orElseThrow(), problems))
          .toList();
    }
  }

  private static int count(InspectedModel model, Problems problems) {
    ArchitectureDefinition definition =
        ArchitectureChoice.among(List.of(model), MergeOptions.DEFAULTS, problems).orElseThrow();
    if (definition.modules().size() != 1) {
      throw new MergefarmException(
          ErrorCode.UNSUPPORTED_ARCHITECTURE,
          "%s has several stacks of layers: %s."
              .formatted(model.name(), definition.modules().keySet()));
    }
    return model.layers(definition.modules().firstEntry().getValue());
  }
}
