package dev.mergefarm.eval.run;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.model.RequestFailure;
import dev.mergefarm.eval.task.TaskTree;
import java.util.ArrayList;
import java.util.List;

/** The plan of an evaluation, with every request. Immutable but for a cache of prompt texts. */
final class BuiltPlan implements EvaluationPlan {

  private final EvaluationOptions options;
  private final List<TaskTree> trees;
  private final List<PlannedTask> tasks;
  private final List<Problem> warnings;
  private final List<Slot> slots;
  private final String fingerprint;
  private ModelRequests latest;

  /**
   * One request as it is sent, repeats apart.
   *
   * @param task index of its task
   * @param request index among the task's requests
   * @param repeat from 0
   */
  record Slot(int task, int request, int repeat) {}

  BuiltPlan(
      EvaluationOptions options,
      List<TaskTree> trees,
      List<PlannedTask> tasks,
      List<Problem> warnings) {
    this.options = options;
    this.trees = List.copyOf(trees);
    this.tasks = List.copyOf(tasks);
    this.warnings = List.copyOf(warnings);
    List<Slot> all = new ArrayList<>();
    for (int task = 0; task < tasks.size(); task++) {
      for (int request = 0; request < tasks.get(task).requests().size(); request++) {
        for (int repeat = 0; repeat < tasks.get(task).repeats(); repeat++) {
          all.add(new Slot(task, request, repeat));
        }
      }
    }
    this.slots = List.copyOf(all);
    this.fingerprint = Fingerprint.of(this.tasks);
  }

  EvaluationOptions options() {
    return options;
  }

  List<TaskTree> trees() {
    return trees;
  }

  List<PlannedTask> plannedTasks() {
    return tasks;
  }

  /** Every request in the order of tasks, documents, requests and repeats. */
  List<Slot> slots() {
    return slots;
  }

  PlannedRequest request(Slot slot) {
    return tasks.get(slot.task).requests().get(slot.request);
  }

  /** What is wrong with one request, said of its task, field and document. */
  MergefarmException describe(Slot slot, RequestFailure failure) {
    PlannedTask task = tasks.get(slot.task);
    PlannedRequest request = request(slot);
    String field =
        switch (request) {
          case PlannedRequest.Continuation(int document, Prompt.Plain(String text), String after)
              when text.isBlank() ->
              "doc_to_text";
          case PlannedRequest.Continuation continuation ->
              task.config().format().choice().isPresent() ? "doc_to_choice" : "doc_to_target";
          case PlannedRequest.Whole whole -> "doc_to_target";
          case PlannedRequest.Generate generate -> "generation_kwargs";
        };
    int document = task.documents().get(request.document()).index();
    return new MergefarmException(
        failure.failure().problems().stream()
            .map(
                problem ->
                    new Problem(
                        problem.code(),
                        problem.severity(),
                        task.config().name() + "." + field,
                        "document %d: %s".formatted(document, problem.message()),
                        problem.suggestion()))
            .toList());
  }

  /**
   * The requests as texts for a model. Models that write prompts alike get the same lists, so that
   * whatever a model keeps of them (their tokens) serves the next model too.
   */
  synchronized ModelRequests requestsFor(ChatFormat format) {
    if (latest == null || !latest.format().equals(format)) {
      latest = ModelRequests.of(this, format);
    }
    return latest;
  }

  @Override
  public List<TaskSummary> tasks() {
    return tasks.stream()
        .map(
            task ->
                new TaskSummary(
                    task.config().name(),
                    task.documents().size(),
                    task.requests().size() * task.repeats(),
                    task.fewShotCount()))
        .toList();
  }

  @Override
  public int requestCount() {
    return slots.size();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public List<Problem> warnings() {
    return warnings;
  }
}
