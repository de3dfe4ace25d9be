package dev.mergefarm.merge.device;

import dev.mergefarm.merge.cuda.pipeline.PipelineSettings;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a program that merges decides of devices.
 *
 * @param usual where merges go that leave it open
 * @param memoryBytes budget of each GPU; empty for four fifths of what is free when it is first
 *     used
 * @param pipeline how much is under way at once
 */
public record DeviceSettings(
    DeviceChoice usual, OptionalLong memoryBytes, PipelineSettings pipeline) {

  /** Least budget: 16 MiB. */
  public static final long LEAST_MEMORY = 16L << 20;

  /** GPUs if there are any, with most of their memory. */
  public static final DeviceSettings DEFAULTS =
      new DeviceSettings(new DeviceChoice.Auto(), OptionalLong.empty(), PipelineSettings.DEFAULTS);

  public DeviceSettings {
    Objects.requireNonNull(usual, "usual");
    Objects.requireNonNull(pipeline, "pipeline");
    if (memoryBytes.isPresent() && memoryBytes.getAsLong() < LEAST_MEMORY) {
      throw new IllegalArgumentException(
          "a GPU's memory budget must be at least "
              + LEAST_MEMORY
              + " bytes, found "
              + memoryBytes.getAsLong());
    }
  }

  /**
   * As text settings give it.
   *
   * @param device see {@link DeviceChoice#parse}
   * @param memoryBytes 0 for the default
   */
  public static DeviceSettings of(String device, long memoryBytes) {
    return new DeviceSettings(
        DeviceChoice.parse(device),
        memoryBytes == 0 ? OptionalLong.empty() : OptionalLong.of(memoryBytes),
        PipelineSettings.DEFAULTS);
  }

  /** The same with another pipeline. */
  public DeviceSettings withPipeline(PipelineSettings value) {
    return new DeviceSettings(usual, memoryBytes, value);
  }
}
