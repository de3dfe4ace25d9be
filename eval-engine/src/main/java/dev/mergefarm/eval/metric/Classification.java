package dev.mergefarm.eval.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;

/** Aggregations of pairs of a gold class and a predicted class. */
final class Classification {

  private Classification() {}

  /** Counts of one class. */
  private record Counts(int truePositives, int falsePositives, int falseNegatives) {

    /** 2TP / (2TP + FP + FN); 0 where undefined. */
    double f1() {
      int denominator = 2 * truePositives + falsePositives + falseNegatives;
      return denominator == 0 ? 0 : 2.0 * truePositives / denominator;
    }

    int support() {
      return truePositives + falseNegatives;
    }
  }

  private static Object label(Object value) {
    return switch (value) {
      case Boolean flag -> flag ? 1.0 : 0.0;
      case Number number -> number.doubleValue();
      case null, default -> value;
    };
  }

  private static Map<Object, Counts> counts(List<?> pairs) {
    Set<Object> classes = new LinkedHashSet<>();
    for (Object pair : pairs) {
      classes.add(label(Numbers.pair(pair).get(0)));
      classes.add(label(Numbers.pair(pair).get(1)));
    }
    Map<Object, Counts> result = new LinkedHashMap<>();
    for (Object wanted : classes) {
      result.put(wanted, countsOf(wanted, pairs));
    }
    return result;
  }

  private static Counts countsOf(Object wanted, List<?> pairs) {
    int truePositives = 0;
    int falsePositives = 0;
    int falseNegatives = 0;
    for (Object value : pairs) {
      List<?> pair = Numbers.pair(value);
      boolean gold = wanted.equals(label(pair.get(0)));
      boolean predicted = wanted.equals(label(pair.get(1)));
      truePositives += gold && predicted ? 1 : 0;
      falsePositives += !gold && predicted ? 1 : 0;
      falseNegatives += gold && !predicted ? 1 : 0;
    }
    return new Counts(truePositives, falsePositives, falseNegatives);
  }

  /** F1 of class 1; the classes must be two. */
  static double binaryF1(List<?> pairs) {
    Map<Object, Counts> counts = counts(pairs);
    if (counts.size() > 2 || (counts.size() == 2 && !counts.containsKey(1.0))) {
      throw new IllegalArgumentException(
          "f1 needs the two classes 0 and 1, found "
              + counts.keySet()
              + "; use weighted_f1_score or macro_f1_score for more classes");
    }
    return countsOf(1.0, pairs).f1();
  }

  /** The mean of all classes' F1, weighted by how often each is gold. */
  static double weightedF1(List<?> pairs) {
    double sum = 0;
    for (Counts counts : counts(pairs).values()) {
      sum += counts.f1() * counts.support();
    }
    return sum / pairs.size();
  }

  /** The plain mean of all classes' F1. */
  static double macroF1(List<?> pairs) {
    return counts(pairs).values().stream().mapToDouble(Counts::f1).average().orElse(0);
  }

  /** The plain mean of the F1 of classes 0, 1 and 2, whether they occur or not. */
  static double threeClassF1(List<?> pairs) {
    return DoubleStream.of(0, 1, 2).map(each -> countsOf(each, pairs).f1()).average().orElse(0);
  }

  /** F1 of the counts summed over classes, which is accuracy for single labels. */
  static double microF1(List<?> pairs) {
    Counts total =
        counts(pairs).values().stream()
            .reduce(
                new Counts(0, 0, 0),
                (a, b) ->
                    new Counts(
                        a.truePositives + b.truePositives,
                        a.falsePositives + b.falsePositives,
                        a.falseNegatives + b.falseNegatives));
    return total.f1();
  }

  /** Multi-class Matthews correlation (Gorodkin 2004); 0 where a denominator vanishes. */
  static double matthews(List<?> pairs) {
    List<Object> classes = new ArrayList<>(counts(pairs).keySet());
    double n = pairs.size();
    double correct = 0;
    double[] gold = new double[classes.size()];
    double[] predicted = new double[classes.size()];
    for (Object value : pairs) {
      int g = classes.indexOf(label(Numbers.pair(value).get(0)));
      int p = classes.indexOf(label(Numbers.pair(value).get(1)));
      gold[g]++;
      predicted[p]++;
      correct += g == p ? 1 : 0;
    }
    double both = 0;
    double goldSquares = 0;
    double predictedSquares = 0;
    for (int i = 0; i < gold.length; i++) {
      both += gold[i] * predicted[i];
      goldSquares += gold[i] * gold[i];
      predictedSquares += predicted[i] * predicted[i];
    }
    double denominator = (n * n - predictedSquares) * (n * n - goldSquares);
    return denominator == 0 ? 0 : (correct * n - both) / Math.sqrt(denominator);
  }

  /**
   * Mean over documents of the squared distance of probabilities to the gold class (Brier 1950).
   */
  static double brier(List<?> pairs) {
    double sum = 0;
    int classes = -1;
    for (Object value : pairs) {
      List<?> pair = Numbers.pair(value);
      if (!(pair.get(1) instanceof List<?> probabilities)) {
        throw new IllegalArgumentException("brier_score needs a list of probabilities");
      }
      if (classes >= 0 && probabilities.size() != classes) {
        throw new IllegalArgumentException(
            "brier_score needs as many choices in every document, found %d and %d"
                .formatted(classes, probabilities.size()));
      }
      classes = probabilities.size();
      int gold = (int) Numbers.number(pair.get(0));
      for (int k = 0; k < classes; k++) {
        double difference = Numbers.number(probabilities.get(k)) - (k == gold ? 1 : 0);
        sum += difference * difference;
      }
    }
    return sum / pairs.size();
  }
}
