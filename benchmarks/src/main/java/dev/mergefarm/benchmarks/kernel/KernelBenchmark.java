package dev.mergefarm.benchmarks.kernel;

import dev.mergefarm.benchmarks.Arguments;
import dev.mergefarm.benchmarks.Benchmark;
import dev.mergefarm.benchmarks.Machine;
import dev.mergefarm.storage.tensor.DataType;
import java.util.Collection;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Prints each kernel's rate on one thread, in cache, beside that of a memory copy. */
public final class KernelBenchmark implements Benchmark {

  /** How many tensors each measurement reads and writes. */
  private static final Map<String, Integer> STREAMS =
      Map.of(
          "copy", 2,
          "decode", 1,
          "encode", 1,
          "linearOfThree", 4,
          "tiesOfTwo", 4,
          "dotProducts", 2,
          "randomMask", 1);

  @Override
  public String name() {
    return "kernels";
  }

  @Override
  public String description() {
    return "merge kernels against a memory copy of the same bytes; --only REGEX, --type BF16|F16|F32";
  }

  @Override
  public void run(String[] arguments) throws RunnerException {
    Arguments options = Arguments.parse(arguments, "only", "type");
    System.out.println(Machine.describe());
    Collection<RunResult> results = new Runner(measurements(options)).run();
    System.out.printf(
        "%-14s %-5s %-7s %12s %10s %10s%n",
        "kernel", "type", "path", "ns/element", "GB/s", "of a copy");
    for (RunResult result : results) {
      print(result, copyRate(results, result));
    }
  }

  private static Options measurements(Arguments options) {
    var builder =
        new OptionsBuilder()
            .include(
                KernelMeasurements.class.getName()
                    + "\\.(copy|"
                    + options.text("only", ".*")
                    + ")$")
            .forks(1)
            .jvmArgsAppend(
                "--add-modules=jdk.incubator.vector", "--sun-misc-unsafe-memory-access=allow")
            .warmupIterations(5)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(20)
            .measurementTime(TimeValue.milliseconds(100))
            .verbosity(VerboseMode.SILENT);
    options.optional("type").ifPresent(type -> builder.param("type", type));
    return builder.build();
  }

  private static void print(RunResult result, double copyRate) {
    double rate = rate(result);
    System.out.printf(
        "%-14s %-5s %-7s %12.3f %10.2f %9.2fx%n",
        kernel(result),
        result.getParams().getParam("type"),
        result.getParams().getParam("path"),
        best(result) / KernelState.ELEMENTS,
        rate,
        rate / copyRate);
  }

  private static String kernel(RunResult result) {
    String name = result.getParams().getBenchmark();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** Nanoseconds of the best iteration, which other programs on the machine disturbed least. */
  private static double best(RunResult result) {
    return result.getPrimaryResult().getStatistics().getMin();
  }

  /** Bytes read and written in a nanosecond. */
  private static double rate(RunResult result) {
    int width = DataType.valueOf(result.getParams().getParam("type")).bytes();
    double bytes = (double) KernelState.ELEMENTS * width * STREAMS.get(kernel(result));
    return bytes / best(result);
  }

  private static double copyRate(Collection<RunResult> results, RunResult like) {
    return results.stream()
        .filter(result -> kernel(result).equals("copy"))
        .filter(result -> sameParameter(result, like, "type"))
        .filter(result -> sameParameter(result, like, "path"))
        .mapToDouble(KernelBenchmark::rate)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static boolean sameParameter(RunResult one, RunResult other, String name) {
    return one.getParams().getParam(name).equals(other.getParams().getParam(name));
  }
}
