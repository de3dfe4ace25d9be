package dev.mergefarm.eval;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel;
import java.util.List;

/**
 * Scores models on tasks. A plan is made once, before any model is loaded, and run against as many
 * models as one likes: it holds the documents, the rendered prompts and every request, so a second
 * run does none of that work again. Planning and running are safe from many threads; one model
 * serves one run at a time.
 */
public interface Evaluation {

  /**
   * Resolves the tasks, reads their data, renders every prompt and builds every request.
   *
   * @param tasks names of tasks, groups or tags, with shell wildcards; at least one
   * @throws dev.mergefarm.common.MergefarmException with every problem found: unknown keys,
   *     metrics, filters, splits and fields, template errors with line and column, malformed data
   *     with its line, each naming task, document and field
   */
  EvaluationPlan plan(EvaluationOptions options, List<String> tasks);

  /**
   * Answers the plan's requests with a model and scores the answers.
   *
   * @param progress told after each answered request; the stage is the request type
   * @param sink receives answers as they are made; those it kept from an earlier attempt of the
   *     same plan are not asked for again
   */
  EvaluationOutcome run(
      EvaluationPlan plan,
      LanguageModel model,
      Progress.Listener progress,
      Cancellation cancellation,
      RecordSink sink);
}
