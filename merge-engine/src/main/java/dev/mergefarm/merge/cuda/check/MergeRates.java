package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.storage.tensor.DataType;
import java.util.List;
import java.util.Map;

/**
 * How fast a merge of bfloat16 tensors in a device's memory is.
 *
 * @param mapRate bytes a second of the last stage, each byte counted once
 * @param wholeRate bytes a second of all stages
 * @param wholeSeconds of all stages
 */
public record MergeRates(double mapRate, double wholeRate, double wholeSeconds) {

  /**
   * Measures.
   *
   * @param base whether there is a base beside the models
   * @param density of what is kept where the method has one
   * @param elements of each tensor
   */
  public static MergeRates measure(
      Device device, String method, int models, boolean base, double density, long elements) {
    List<Map<String, Object>> perModel =
        List.of(density < 1 ? Map.of("weight", 0.4, "density", density) : Map.of("weight", 0.4));
    Variant variant = new Variant(method, models, base, Map.of(), perModel, false);
    TimedMerge.Times times = TimedMerge.measure(device, variant, DataType.BF16, elements);
    return new MergeRates(
        times.mapBytes() / times.mapSeconds(),
        times.allBytes() / times.allSeconds(),
        times.allSeconds());
  }
}
