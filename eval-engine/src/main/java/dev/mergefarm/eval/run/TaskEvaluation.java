package dev.mergefarm.eval.run;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DataFiles;
import dev.mergefarm.eval.data.DatasetReader;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.task.TaskConfigReader;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.task.TaskTree;
import java.util.ArrayList;
import java.util.List;

/** Plans and runs evaluations of task files. */
public final class TaskEvaluation implements Evaluation {

  private final TaskLibrary library;
  private final DatasetReader reader;
  private final TaskFunctions functions;

  /**
   * @param functions runs the helpers of the library's files; closed by the caller, after the last
   *     run
   */
  public TaskEvaluation(TaskLibrary library, DataFiles data, TaskFunctions functions) {
    this.library = library;
    this.reader = new DatasetReader(data);
    this.functions = functions;
  }

  @Override
  public EvaluationPlan plan(EvaluationOptions options, List<String> tasks) {
    Problems problems = new Problems();
    if (tasks.isEmpty()) {
      problems.error(ErrorCode.MISSING_KEY, "tasks", "Name at least one task.");
    }
    List<TaskTree> trees = library.resolve(tasks, problems);
    TaskPlanner planner = new TaskPlanner(options, reader, functions, problems);
    List<PlannedTask> planned = new ArrayList<>();
    for (TaskTree.Leaf leaf : trees.stream().flatMap(TaskTree::leaves).toList()) {
      Problems own = new Problems();
      TaskConfig config = TaskConfigReader.read(leaf, own);
      problems.addAll(own.all());
      if (!own.hasErrors()) {
        planner.plan(config).ifPresent(planned::add);
      }
    }
    problems.throwIfErrors();
    return new BuiltPlan(options, trees, planned, problems.warnings());
  }

  @Override
  public EvaluationOutcome run(
      EvaluationPlan plan,
      LanguageModel model,
      Progress.Listener progress,
      Cancellation cancellation,
      RecordSink sink) {
    if (!(plan instanceof BuiltPlan built)) {
      throw new MergefarmException(ErrorCode.INTERNAL, "The plan was not made by this evaluation.");
    }
    AnswerCollector.Collected collected =
        new AnswerCollector(built, sink, progress, cancellation).collect(model);
    return new OutcomeBuilder(built, functions).build(collected);
  }
}
