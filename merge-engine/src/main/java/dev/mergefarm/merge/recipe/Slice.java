package dev.mergefarm.merge.recipe;

import java.util.List;
import java.util.Optional;

/**
 * A run of output layers made from equally long runs of input layers.
 *
 * @param path in the document
 * @param sources at least one
 * @param baseModel replaces the recipe's base model for this slice
 * @param parameters settings of this slice
 */
public record Slice(
    String path,
    List<Source> sources,
    Optional<ModelName> baseModel,
    ParameterSettings parameters) {

  public Slice {
    sources = List.copyOf(sources);
  }
}
