package dev.mergefarm.eval.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The chance that at least one of k generated programs is correct, estimated without bias from more
 * of them (Chen et al. 2021, arXiv 2107.03374).
 */
public final class PassRate {

  /** What is estimated where a task does not say. */
  private static final List<Integer> USUAL = List.of(1, 10, 100);

  private PassRate() {}

  /**
   * @param programs how many were run, 1 or more
   * @param correct how many of them are correct
   * @param k 1 or more, at most the number of programs
   */
  public static double estimate(int programs, int correct, int k) {
    if (programs - correct < k) {
      return 1;
    }
    double none = 1;
    for (int i = programs - correct + 1; i <= programs; i++) {
      none *= 1 - (double) k / i;
    }
    return 1 - none;
  }

  /**
   * The numbers under {@code k} of a metric: one or a list.
   *
   * @throws IllegalArgumentException for anything else, or a number below 1
   */
  public static List<Integer> chosen(Map<String, Object> options) {
    Object given = options.get("k");
    if (given == null) {
      return USUAL;
    }
    List<Integer> chosen = new ArrayList<>();
    for (Object each : given instanceof List<?> list ? list : List.of(given)) {
      if (!(each instanceof Long number) || number < 1 || number > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "'k' must be a whole number of 1 or more, or a list of such, not " + given);
      }
      chosen.add(number.intValue());
    }
    return chosen;
  }
}
