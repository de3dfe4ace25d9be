package dev.mergefarm.benchmarks;

import dev.mergefarm.benchmarks.eval.EvalBenchmark;
import dev.mergefarm.benchmarks.jobs.RestoreBenchmark;
import dev.mergefarm.benchmarks.kernel.KernelBenchmark;
import dev.mergefarm.benchmarks.merge.MergeBenchmark;
import dev.mergefarm.benchmarks.store.StoreBenchmark;
import java.util.Arrays;
import java.util.List;

/** Runs a benchmark by name: {@code mergefarm benchmark NAME [OPTIONS]}. */
public final class Main {

  private static final List<Benchmark> BENCHMARKS =
      List.of(
          new MergeBenchmark(),
          new StoreBenchmark(),
          new EvalBenchmark(),
          new KernelBenchmark(),
          new RestoreBenchmark());

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 0) {
      for (Benchmark benchmark : BENCHMARKS) {
        if (benchmark.name().equals(arguments[0])) {
          benchmark.run(Arrays.copyOfRange(arguments, 1, arguments.length));
          return;
        }
      }
      System.err.println("mergefarm: there is no benchmark '" + arguments[0] + "'");
    }
    for (Benchmark benchmark : BENCHMARKS) {
      System.err.printf("%-10s %s%n", benchmark.name(), benchmark.description());
    }
    System.exit(2);
  }
}
