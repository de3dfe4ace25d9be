package dev.mergefarm.cli.command;

import dev.mergefarm.merge.device.DeviceSettings;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Settings of GPUs for merges on this machine; a farm's workers have their own. */
final class LocalDeviceOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--device-memory",
      paramLabel = "BYTES",
      defaultValue = "0",
      description =
          "Memory to take of each GPU, as 8G or in bytes. Default: four fifths of what is free.")
  private String memory;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "Write what was read, computed and written when, for chrome://tracing or Perfetto.")
  private Path traceFile;

  /**
   * @throws ParameterException for options that a farm does not take
   */
  void refuseOnFarm() {
    if (traceFile != null || !memory.equals("0")) {
      throw new ParameterException(
          mixee.commandLine(),
          "--device-memory and --trace work for merges on this machine, with --out");
    }
  }

  DeviceSettings settings() {
    try {
      return DeviceSettings.of("auto", Sizes.parse("--device-memory", memory));
    } catch (IllegalArgumentException invalid) {
      throw new ParameterException(mixee.commandLine(), invalid.getMessage());
    }
  }

  MergeTrace trace() {
    return MergeTrace.to(traceFile);
  }
}
