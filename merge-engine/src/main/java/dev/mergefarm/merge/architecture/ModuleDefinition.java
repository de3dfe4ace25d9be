package dev.mergefarm.merge.architecture;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One part of a model that is merged by a recipe of its own.
 *
 * @param name as in a recipe's {@code modules}; {@code default} for a model of one part
 * @param prefix of all its tensors' names; empty for a model of one part
 * @param layersKey where the configuration says how many layers there are, dots between levels
 * @param fixedLayers the number of layers where the configuration does not say
 * @param layerPrefix what the names of a layer's tensors start with, holding {@code {layer}}; empty
 *     for a module without layers
 * @param before weights before the first layer
 * @param layer weights of every layer
 * @param after weights after the last layer
 */
public record ModuleDefinition(
    String name,
    String prefix,
    Optional<String> layersKey,
    OptionalInt fixedLayers,
    String layerPrefix,
    List<WeightDefinition> before,
    List<WeightDefinition> layer,
    List<WeightDefinition> after) {

  public ModuleDefinition {
    before = List.copyOf(before);
    layer = List.copyOf(layer);
    after = List.copyOf(after);
  }

  /**
   * The layer that a tensor belongs to by its name; empty for a tensor outside the layers. Takes
   * time in proportion to the name's length.
   */
  public OptionalInt layerOf(String tensor) {
    int hole = layerPrefix.indexOf(WeightDefinition.LAYER);
    if (hole < 0 || !tensor.regionMatches(0, layerPrefix, 0, hole)) {
      return OptionalInt.empty();
    }
    int end = hole;
    while (end < tensor.length() && end < hole + 7 && Character.isDigit(tensor.charAt(end))) {
      end++;
    }
    String rest = layerPrefix.substring(hole + WeightDefinition.LAYER.length());
    if (end == hole || !tensor.startsWith(rest, end)) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.parseInt(tensor, hole, end, 10));
  }

  /** The tensor's name with its layer's number replaced by {@code {layer}}. */
  public String templateOf(String tensor, int layer) {
    String start = WeightDefinition.at(layerPrefix, layer);
    return layerPrefix + tensor.substring(start.length());
  }
}
