package dev.mergefarm.merge;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.plan.MergePlan;
import java.util.List;
import java.util.Optional;

/**
 * What came of checking a recipe.
 *
 * @param problems errors and warnings, in document order
 * @param plans one for each recipe of the stream, in an order in which they can run; empty when
 *     there are errors
 */
public record RecipeCheck(List<Problem> problems, List<MergePlan> plans) {

  public RecipeCheck {
    problems = List.copyOf(problems);
    plans = List.copyOf(plans);
  }

  /** The plan of the only or the last recipe; empty when there are errors. */
  public Optional<MergePlan> plan() {
    return plans.isEmpty() ? Optional.empty() : Optional.of(plans.getLast());
  }

  /**
   * The plan of the only or the last recipe.
   *
   * @throws MergefarmException with every problem, when there are errors
   */
  public MergePlan planOrThrow() {
    return plan().orElseThrow(() -> new MergefarmException(problems));
  }
}
