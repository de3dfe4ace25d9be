package dev.mergefarm.eval.metric;

import java.util.Arrays;
import java.util.List;

/** Aggregations of numbers and of pairs of a score and its weight. */
final class Numbers {

  private static final double LN_2 = Math.log(2);

  private Numbers() {}

  /** A metric's value as a number; truth values count 1 and 0. */
  static double number(Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Boolean flag -> flag ? 1 : 0;
      case null, default -> throw new IllegalArgumentException("expected a number, found " + value);
    };
  }

  static double[] numbers(List<?> values) {
    double[] result = new double[values.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = number(values.get(i));
    }
    return result;
  }

  /** Left to right, as the reference sums: not compensated. */
  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  static double mean(List<?> values) {
    return mean(numbers(values));
  }

  static double meanIgnoringNan(List<?> values) {
    return mean(Arrays.stream(numbers(values)).filter(value -> !Double.isNaN(value)).toArray());
  }

  static double upperMedian(List<?> values) {
    double[] sorted = numbers(values);
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  static double perplexity(List<?> values) {
    return Math.exp(-mean(values));
  }

  static double weightedPerplexity(List<?> values) {
    return Math.exp(-weightedMean(values));
  }

  static double bitsPerByte(List<?> values) {
    return -weightedMean(values) / LN_2;
  }

  private static double weightedMean(List<?> values) {
    double scores = 0;
    double weights = 0;
    for (Object value : values) {
      List<?> pair = pair(value);
      scores += number(pair.get(0));
      weights += number(pair.get(1));
    }
    return scores / weights;
  }

  static List<?> pair(Object value) {
    if (value instanceof List<?> list && list.size() == 2) {
      return list;
    }
    throw new IllegalArgumentException("expected a pair, found " + value);
  }

  /** Sample standard deviation (n - 1); 0/0 for one value. */
  static double standardDeviation(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }
}
