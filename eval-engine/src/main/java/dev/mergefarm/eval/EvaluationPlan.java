package dev.mergefarm.eval;

import dev.mergefarm.common.Problem;
import java.util.List;

/** Everything of an evaluation that does not depend on the model's weights. Immutable. */
public interface EvaluationPlan {

  /**
   * One task of the plan.
   *
   * @param name of the task
   * @param documents evaluated documents
   * @param requests requests to the model, repeats included
   * @param fewShotCount examples in each prompt
   */
  record TaskSummary(String name, int documents, int requests, int fewShotCount) {}

  /** The leaf tasks in the order they are evaluated. */
  List<TaskSummary> tasks();

  /** Requests to the model over all tasks. */
  int requestCount();

  /**
   * SHA-256 (hexadecimal) over all requests in order. Two plans with one fingerprint ask the same
   * questions, so answers kept under it can be used again.
   */
  String fingerprint();

  /** Oddities that were tolerated; the user should see them. */
  List<Problem> warnings();
}
