package dev.mergefarm.merge.recipe;

import dev.mergefarm.storage.tensor.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * A mixture of experts as a user wrote it: read and well formed, not yet checked against models.
 *
 * @param baseModel donor of everything but the experts' networks
 * @param experts whose feed-forward networks tokens are routed to
 * @param sharedExperts whose feed-forward networks every token goes through
 * @param dataType what tensors are written as; absent: as the base model's configuration says
 * @param expertsPerToken how many experts a token goes through
 * @param architecture the start of an output style's name; absent: the first that fits
 */
public record MixtureRecipe(
    ModelName baseModel,
    List<Expert> experts,
    List<Expert> sharedExperts,
    GateMode gateMode,
    Optional<DataType> dataType,
    int expertsPerToken,
    Optional<String> architecture) {

  public MixtureRecipe {
    experts = List.copyOf(experts);
    sharedExperts = List.copyOf(sharedExperts);
  }

  /**
   * One expert.
   *
   * @param path in the document
   * @param model whose feed-forward networks it is
   * @param noiseScale standard deviation of noise that is added to its weights
   * @param residualScale a factor on what its networks add to the residual stream
   */
  public record Expert(
      String path,
      ModelName model,
      List<String> positivePrompts,
      List<String> negativePrompts,
      OptionalDouble noiseScale,
      OptionalDouble residualScale) {

    public Expert {
      positivePrompts = List.copyOf(positivePrompts);
      negativePrompts = List.copyOf(negativePrompts);
    }
  }

  /** Every model with the first place that names it; the base first. */
  public SequencedMap<ModelName, String> mentions() {
    SequencedMap<ModelName, String> mentions = new LinkedHashMap<>();
    mentions.put(baseModel, "base_model");
    Stream.concat(experts.stream(), sharedExperts.stream())
        .forEach(expert -> mentions.putIfAbsent(expert.model(), expert.path() + ".source_model"));
    return mentions;
  }
}
