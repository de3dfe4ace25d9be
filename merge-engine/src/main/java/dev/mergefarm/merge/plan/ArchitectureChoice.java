package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.architecture.InferredArchitecture;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Decides by which definition a recipe's models are merged. */
final class ArchitectureChoice {

  private ArchitectureChoice() {}

  /**
   * The definition that all models share; read off their tensors when one of them has none.
   *
   * @param models at least one, the donor first
   * @return empty after an error
   */
  static Optional<ArchitectureDefinition> among(
      List<InspectedModel> models, MergeOptions options, Problems problems) {
    InspectedModel donor = models.getFirst();
    if (models.stream().anyMatch(model -> model.definition().isEmpty())) {
      return Optional.of(inferred(models, problems));
    }
    Set<String> names =
        models.stream()
            .map(model -> model.definition().orElseThrow().name())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (names.size() > 1) {
      String message = "The models are of different architectures: " + String.join(", ", names);
      if (!options.allowMixedArchitectures()) {
        problems.error(
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            donor.path(),
            message + ". Must specify --allow-crimes to attempt to mix them.");
        return Optional.empty();
      }
      problems.warning(
          ErrorCode.UNSUPPORTED_ARCHITECTURE,
          donor.path(),
          message + "; all are merged as " + donor.definition().orElseThrow().name() + ".");
    }
    return donor.definition();
  }

  private static ArchitectureDefinition inferred(List<InspectedModel> models, Problems problems) {
    InspectedModel donor = models.getFirst();
    String className = donor.className().isEmpty() ? "unknown" : donor.className();
    problems.warning(
        ErrorCode.UNSUPPORTED_ARCHITECTURE,
        donor.path(),
        "No definition of the architecture "
            + className
            + " fits the models' tensors; they are matched by name.");
    Map<String, Integer> counts = new HashMap<>();
    Set<String> names = new LinkedHashSet<>();
    for (InspectedModel model : models) {
      for (String name : model.checkpoint().names()) {
        counts.merge(name, 1, Integer::sum);
        names.add(name);
      }
    }
    return InferredArchitecture.from(
        className,
        donor.modelType(),
        names,
        name -> counts.get(name) == models.size(),
        name -> vocabularySized(models, name));
  }

  /** Whether a tensor of some model is a matrix with a row for each token. */
  static boolean vocabularySized(List<InspectedModel> models, String name) {
    return models.stream().anyMatch(model -> vocabularySized(model, name));
  }

  private static boolean vocabularySized(InspectedModel model, String name) {
    Optional<TensorInfo> info = model.checkpoint().info(name);
    long vocabulary = model.vocabularySize("vocab_size").orElse(-1);
    return info.isPresent()
        && info.get().shape().rank() == 2
        && info.get().shape().dimension(0) == vocabulary;
  }
}
