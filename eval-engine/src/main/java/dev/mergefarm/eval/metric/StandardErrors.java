package dev.mergefarm.eval.metric;

import dev.mergefarm.eval.fewshot.PythonRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Standard errors of aggregates. */
public final class StandardErrors {

  private static final int CHUNK = 1000;
  private static final int SHORT = 100;

  private StandardErrors() {}

  /**
   * The standard error of an aggregate over documents. A bootstrap draws from generators seeded by
   * chunk, so its result does not depend on the number of threads.
   *
   * @param values one for each document, in order
   * @param iterations replicates of a bootstrap; 0 for no standard error of any kind
   * @return empty with fewer than two values, and for aggregations that have none
   */
  public static OptionalDouble of(Aggregation aggregation, List<?> values, int iterations) {
    if (values.size() <= 1 || iterations == 0) {
      return OptionalDouble.empty();
    }
    return switch (aggregation.errorMethod()) {
      case MEAN ->
          OptionalDouble.of(
              Numbers.standardDeviation(Numbers.numbers(values)) / Math.sqrt(values.size()));
      case BOOTSTRAP -> OptionalDouble.of(bootstrap(aggregation, values, iterations));
      case SHORT_BOOTSTRAP ->
          OptionalDouble.of(bootstrap(aggregation, values, Math.min(iterations, SHORT)));
      case NONE -> OptionalDouble.empty();
    };
  }

  private static double bootstrap(Aggregation aggregation, List<?> values, int iterations) {
    int chunk = Math.min(CHUNK, iterations);
    double[] replicates =
        IntStream.range(0, iterations / chunk)
            .parallel()
            .mapToObj(seed -> replicates(aggregation, values, chunk, seed))
            .flatMapToDouble(Arrays::stream)
            .toArray();
    return Numbers.standardDeviation(replicates);
  }

  private static double[] replicates(Aggregation aggregation, List<?> values, int count, int seed) {
    PythonRandom random = new PythonRandom(seed);
    int[] drawn = new int[values.size()];
    double[] result = new double[count];
    List<Object> resample = new ArrayList<>(values);
    for (int i = 0; i < count; i++) {
      random.choices(drawn, values.size());
      for (int k = 0; k < drawn.length; k++) {
        resample.set(k, values.get(drawn[k]));
      }
      result[i] = aggregation.aggregate(resample);
    }
    return result;
  }

  /**
   * The standard error of a mean over tasks from those of the tasks, pooled by size.
   *
   * @param errors of each task's mean
   * @param sizes documents of each task
   */
  public static double pooled(double[] errors, int[] sizes) {
    double variance = 0;
    double total = 0;
    for (int i = 0; i < errors.length; i++) {
      variance += (sizes[i] - 1) * errors[i] * errors[i] * sizes[i];
      total += sizes[i];
    }
    return Math.sqrt(variance / (total - errors.length) / total);
  }
}
