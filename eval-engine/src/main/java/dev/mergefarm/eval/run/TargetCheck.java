package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.util.Collections;
import java.util.List;

/** Finds the right choices of a document. */
final class TargetCheck {

  /** Stands for a right answer that is not among the choices; never equal to a prediction. */
  private static final int NONE = -100;

  private TargetCheck() {}

  /**
   * @throws MergefarmException {@code TARGET_NOT_A_CHOICE} if the target is an index past the
   *     choices or a text that is none of them
   */
  static void check(Object target, List<Object> choices) {
    for (Object single : targets(target)) {
      if (index(single, choices) == NONE) {
        throw new MergefarmException(
            ErrorCode.TARGET_NOT_A_CHOICE,
            "target %s is not among the %d choices".formatted(quoted(single), choices.size()));
      }
    }
  }

  private static String quoted(Object target) {
    return target instanceof String text ? "'" + text + "'" : String.valueOf(target);
  }

  /** The indices of the right choices; one for a single target. */
  static List<Integer> indices(Object target, List<Object> choices) {
    return targets(target).stream().map(single -> index(single, choices)).toList();
  }

  private static List<?> targets(Object target) {
    return target instanceof List<?> list ? list : Collections.singletonList(target);
  }

  private static int index(Object target, List<Object> choices) {
    return switch (target) {
      case Boolean flag -> index(flag ? 1L : 0L, choices);
      case Long number -> number < choices.size() ? (int) Math.max(NONE, number) : NONE;
      case Double number when number == Math.rint(number) -> index(number.longValue(), choices);
      case String text -> choices.contains(text) ? choices.indexOf(text) : NONE;
      case null, default -> NONE;
    };
  }
}
