package dev.mergefarm.merge.plan;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import java.util.List;
import java.util.Optional;

/**
 * What came of checking a mixture of experts from headers.
 *
 * @param problems errors and warnings, in the order in which they were found
 * @param draft the plan without its gates; empty when there are errors
 */
public record MixtureCheck(List<Problem> problems, Optional<MixtureDraft> draft) {

  public MixtureCheck {
    problems = List.copyOf(problems);
  }

  /**
   * The draft.
   *
   * @throws MergefarmException with every problem, when there are errors
   */
  public MixtureDraft draftOrThrow() {
    return draft.orElseThrow(() -> new MergefarmException(problems));
  }
}
