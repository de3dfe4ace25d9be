package dev.mergefarm.gateway.evaluations;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.function.rows.RowFilterFunctions;
import dev.mergefarm.eval.run.TaskEvaluation;
import dev.mergefarm.eval.task.TaskConfigReader;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.task.TaskTree;
import dev.mergefarm.messages.EvaluationMessages;
import dev.mergefarm.messages.RequestedTasks;
import dev.mergefarm.proto.v1.EvaluationOptions;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.hub.HubClient;
import java.util.List;
import java.util.Optional;

/**
 * Checks the tasks of an evaluation by planning it for the first documents: enough to read every
 * file, to see the data, and to render the templates.
 */
final class TaskChecks {

  private static final int DOCUMENTS = 5;

  private TaskChecks() {}

  /** Everything wrong with the request's tasks. */
  static List<Problem> problems(
      EvaluationRequest request, ObjectStore store, Optional<HubClient> hub) {
    try {
      UncheckedHubData hubData = new UncheckedHubData(hub);
      RequestedTasks tasks = RequestedTasks.of(request, store).or(hubData);
      UncheckedHelpers helpers = new UncheckedHelpers();
      try {
        EvaluationOptions first = request.getOptions().toBuilder().setLimit(DOCUMENTS).build();
        return new TaskEvaluation(
                new TaskLibrary(tasks.files()),
                tasks.data(),
                new RowFilterFunctions(tasks.files(), helpers))
            .plan(EvaluationMessages.options(first), request.getTasksList())
            .warnings();
      } catch (MergefarmException failure) {
        if (failure.code().retryable() || !(helpers.asked() || hubData.asked())) {
          throw failure;
        }
        return withoutDocuments(tasks, request.getTasksList());
      }
    } catch (MergefarmException failure) {
      if (failure.code().retryable()) {
        throw failure;
      }
      return failure.problems();
    }
  }

  /** What the definitions alone tell, where documents need a helper or lie on the hub. */
  private static List<Problem> withoutDocuments(RequestedTasks tasks, List<String> names) {
    Problems problems = new Problems();
    new TaskLibrary(tasks.files())
        .resolve(names, problems).stream()
            .flatMap(TaskTree::leaves)
            .forEach(leaf -> TaskConfigReader.read(leaf, problems));
    return problems.all();
  }
}
