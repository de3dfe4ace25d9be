package dev.mergefarm.eval.run;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.task.TaskFunctions;
import java.util.List;

/** Looks for the helpers that score answers, before a model has made any. */
final class HelperChecks {

  private final TaskConfig task;
  private final TaskFunctions functions;
  private final Problems problems;
  private boolean failed;

  private HelperChecks(TaskConfig task, TaskFunctions functions, Problems problems) {
    this.task = task;
    this.functions = functions;
    this.problems = problems;
  }

  /** Whether one of them is not there; each is noted. */
  static boolean fail(TaskConfig task, TaskFunctions functions, Problems problems) {
    HelperChecks checks = new HelperChecks(task, functions, problems);
    checks.all(task.scoring());
    return checks.failed;
  }

  private void all(TaskConfig.Scoring scoring) {
    scoring.processResults().ifPresent(helper -> check("process_results", helper));
    List<TaskConfig.MetricUse> metrics = scoring.metrics();
    for (int i = 0; i < metrics.size(); i++) {
      String path = "metric_list[" + i + "].";
      metrics.get(i).function().ifPresent(helper -> check(path + "metric", helper));
      if (metrics.get(i).aggregation() instanceof TaskConfig.AggregationUse.Helper helper) {
        check(path + "aggregation", helper.reference());
      }
    }
    for (TaskConfig.Pipeline pipeline : scoring.filters()) {
      for (TaskConfig.FilterStep step : pipeline.steps()) {
        step.helper().ifPresent(helper -> check("filter_list." + pipeline.name(), helper));
      }
    }
  }

  private void check(String key, FunctionReference helper) {
    try {
      functions.check(helper);
    } catch (MergefarmException e) {
      failed = true;
      for (Problem problem : e.problems()) {
        problems.error(problem.code(), task.name() + "." + key, problem.message());
      }
    }
  }
}
