package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.check.ComparedMerges;
import dev.mergefarm.merge.cuda.check.MergeCase;
import dev.mergefarm.merge.cuda.check.MergeCases;
import dev.mergefarm.merge.cuda.driver.DriverProbe;
import dev.mergefarm.merge.cuda.driver.GraphicsProcessor;
import dev.mergefarm.merge.cuda.driver.JCudaDevice;
import dev.mergefarm.merge.cuda.driver.StandInDriver;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.execution.ExecutionSettings;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.timeline.Timeline;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * For a JVM with the stand-in driver: merges random cases on all its devices in one run and holds
 * them against the plain arithmetic. Prints {@code equal} or what is different.
 */
final class CasesOnDriver {

  private CasesOnDriver() {}

  /**
   * @param arguments {@code every} for every method and type, or the number of large tensors; the
   *     memory budget of a device, or 0; the bytes of a slot
   */
  public static void main(String[] arguments) {
    OptionalLong budget =
        arguments[1].equals("0")
            ? OptionalLong.empty()
            : OptionalLong.of(Long.parseLong(arguments[1]));
    PipelineSettings settings = new PipelineSettings(Long.parseLong(arguments[2]), 2, 2);
    List<GraphicsProcessor> found = ((DriverProbe.Found) DriverProbe.ofThisMachine()).devices();
    List<Source> sources = found.stream().map(device -> new Source(device, budget)).toList();
    try (TensorMerger processor =
            new CpuTensorMerger(
                Kernels.plain("the JVM compiles little"), ExecutionSettings.forLocalFiles(1));
        DevicePool pool = new DevicePool(sources, processor, settings, new Timeline())) {
      TensorMerger merger = pool.merger(IntStream.range(0, sources.size()).boxed().toList());
      List<String> differences = new ComparedMerges(cases(arguments[0])).differences(merger);
      System.out.println(differences.isEmpty() ? "equal" : String.join("\n", differences));
    }
  }

  private static List<MergeCase> cases(String which) {
    if (which.equals("every")) {
      return MergeCases.all(11);
    }
    return IntStream.range(0, Integer.parseInt(which))
        .mapToObj(seed -> MergeCases.any(1000 + seed, 300_000))
        .toList();
  }

  private record Source(GraphicsProcessor device, OptionalLong budget) implements DeviceSource {
    @Override
    public String name() {
      return device.name();
    }

    @Override
    public Device open() {
      return JCudaDevice.open(device, StandInDriver.image(), budget);
    }
  }
}
