package dev.mergefarm.merge.cuda.report;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.check.Ceilings;
import dev.mergefarm.merge.cuda.check.CheckReport;
import dev.mergefarm.merge.cuda.check.ComparedMerges;
import dev.mergefarm.merge.cuda.check.MergeCases;
import dev.mergefarm.merge.cuda.check.MergeRates;
import dev.mergefarm.merge.cuda.check.TimingReport;
import dev.mergefarm.merge.cuda.driver.DriverProbe;
import dev.mergefarm.merge.cuda.driver.GraphicsProcessor;
import dev.mergefarm.merge.cuda.driver.JCudaDevice;
import dev.mergefarm.merge.cuda.driver.KernelImage;
import dev.mergefarm.merge.cuda.pipeline.DevicePool;
import dev.mergefarm.merge.cuda.pipeline.DeviceSource;
import dev.mergefarm.merge.cuda.pipeline.PipelineSettings;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.timeline.Timeline;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Checks every GPU of this machine against the plain arithmetic, measures it, and prints what was
 * measured beside the goals. Exit codes: 0, or 1 when a result was wrong, 2 without a GPU.
 */
public final class GpuReport {

  private final ReportOptions options;
  private final PrintStream out;

  private GpuReport(ReportOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    ReportOptions options;
    try {
      options = ReportOptions.parse(arguments);
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.exit(2);
      return;
    }
    System.exit(new GpuReport(options, System.out).run());
  }

  private int run() throws IOException {
    return switch (DriverProbe.ofThisMachine()) {
      case DriverProbe.Absent absent -> {
        out.println("There is no GPU to check: " + absent.reason());
        yield 2;
      }
      case DriverProbe.Found found -> {
        boolean right = true;
        for (GraphicsProcessor device : found.devices()) {
          right &= kernels(device);
        }
        right &= pipeline(found.devices());
        if (right) {
          measure(found.devices().getFirst());
        }
        out.println(right ? "All results are right." : "RESULTS ARE WRONG; nothing was measured.");
        yield right ? 0 : 1;
      }
    };
  }

  private static JCudaDevice open(GraphicsProcessor device) {
    return JCudaDevice.open(device, KernelImage.bytes(), OptionalLong.empty());
  }

  private boolean kernels(GraphicsProcessor device) {
    try (JCudaDevice opened = open(device)) {
      return new CheckReport(opened, out).run(options.seed(), options.randomMerges());
    }
  }

  /** The same merges in one run on all devices, with slots that are small and that are not. */
  private boolean pipeline(List<GraphicsProcessor> devices) {
    ComparedMerges merges = new ComparedMerges(MergeCases.all(options.seed() + 1));
    boolean right = true;
    for (long slotBytes : new long[] {1 << 16, PipelineSettings.DEFAULTS.slotBytes()}) {
      List<String> differences =
          withMerger(
              devices,
              new PipelineSettings(slotBytes, 2, PipelineSettings.DEFAULTS.readers()),
              merges::differences);
      out.printf("pipeline with slots of %d bytes: %d differ%n", slotBytes, differences.size());
      differences.stream().limit(20).forEach(difference -> out.println("  " + difference));
      right &= differences.isEmpty();
    }
    return right;
  }

  private interface Use<R> {
    R with(TensorMerger merger);
  }

  private static <R> R withMerger(
      List<GraphicsProcessor> devices, PipelineSettings settings, Use<R> use) {
    try (TensorMerger processor =
            CpuTensorMerger.forLocalFiles(Runtime.getRuntime().availableProcessors());
        DevicePool pool =
            new DevicePool(
                devices.stream().map(Source::new).toList(), processor, settings, new Timeline())) {
      return use.with(pool.merger(IntStream.range(0, devices.size()).boxed().toList()));
    }
  }

  private record Source(GraphicsProcessor device) implements DeviceSource {
    @Override
    public String name() {
      return device.name();
    }

    @Override
    public Device open() {
      return GpuReport.open(device);
    }
  }

  private void measure(GraphicsProcessor device) throws IOException {
    GoalsTable goals = new GoalsTable();
    Ceilings ceilings;
    try (JCudaDevice opened = open(device)) {
      new TimingReport(opened, out).run(options.elements());
      ceilings = Ceilings.measure(opened, 2 * options.elements());
      inDeviceMemory(opened, ceilings, goals);
    }
    throughPipeline(device, ceilings, goals);
    goals.print(out);
    if (options.results().isPresent()) {
      Files.writeString(options.results().get(), goals.figures());
    }
  }

  private void inDeviceMemory(Device device, Ceilings ceilings, GoalsTable goals) {
    long elements = options.elements();
    MergeRates linear = MergeRates.measure(device, "linear", 2, false, 1, elements);
    MergeRates arithmetic = MergeRates.measure(device, "task_arithmetic", 3, true, 1, elements);
    MergeRates ties = MergeRates.measure(device, "ties", 3, true, 0.5, elements);
    MergeRates dare = MergeRates.measure(device, "dare_linear", 3, true, 0.5, elements);
    goals.add("linear of 2, of the copy rate within the device", 0.85, share(linear, ceilings));
    goals.add(
        "task_arithmetic of 3, of the copy rate within the device",
        0.85,
        share(arithmetic, ceilings));
    goals.add("ties of 3, last pass, of the same", 0.85, share(ties, ceilings));
    goals.add("dare_linear of 3, last pass, of the same", 0.85, share(dare, ceilings));
    goals.add(
        "ties of 3, density 0.5, all passes, of the same", 0.5, ties.wholeRate() / ceilings.copy());
    goals.figure("elements", elements);
    goals.figure("linear.seconds", linear.wholeSeconds());
    goals.figure("ties.seconds", ties.wholeSeconds());
  }

  private static double share(MergeRates rates, Ceilings ceilings) {
    return rates.mapRate() / ceilings.copy();
  }

  private void throughPipeline(GraphicsProcessor device, Ceilings ceilings, GoalsTable goals)
      throws IOException {
    int readers = Math.max(4, Runtime.getRuntime().availableProcessors());
    PipelineSettings settings =
        new PipelineSettings(
            PipelineSettings.DEFAULTS.slotBytes(), PipelineSettings.DEFAULTS.slots(), readers);
    double memory =
        withMerger(
            List.of(device),
            settings,
            merger -> {
              PipelineTiming timing = new PipelineTiming(merger, options.hostBytes());
              double direction =
                  Math.max(
                      timing.bytesIn() / ceilings.in(), timing.bytesIn() / 2.0 / ceilings.out());
              return direction / timing.memoryToMemory();
            });
    goals.add("linear of 2 models, memory to memory, of the slower direction", 0.9, memory);
    PipelineTiming.FromFiles files = fromFiles(device, settings);
    goals.add(
        "linear of 2 models from local files, of their own rate",
        0.9,
        files.alone() / files.merging());
  }

  private PipelineTiming.FromFiles fromFiles(GraphicsProcessor device, PipelineSettings settings)
      throws IOException {
    try {
      return withMerger(
          List.of(device),
          settings,
          merger -> {
            try {
              return new PipelineTiming(merger, options.hostBytes()).fromFiles(options.folder());
            } catch (IOException failure) {
              throw new UncheckedIOException(failure);
            }
          });
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }
}
