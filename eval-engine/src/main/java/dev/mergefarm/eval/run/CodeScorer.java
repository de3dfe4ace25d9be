package dev.mergefarm.eval.run;

import dev.mergefarm.eval.metric.PassRate;
import dev.mergefarm.eval.task.ProgramRunner;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.template.PythonLiteral;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs generated programs with their tests: {@code code_eval} of the {@code evaluate} library. */
final class CodeScorer {

  private static final double USUAL_SECONDS = 3;

  private CodeScorer() {}

  /**
   * Runs each program followed by the tests.
   *
   * @param tests appended to each program
   * @param answers one program or a list of them
   * @return {@code pass@k} for every k of the metric that there are programs enough for
   */
  static Map<String, Object> score(
      TaskConfig.MetricUse use, Object tests, Object answers, ProgramRunner runner) {
    List<String> programs =
        (answers instanceof List<?> list ? list : List.of(answers))
            .stream()
                .map(each -> PythonLiteral.str(each) + "\n" + PythonLiteral.str(tests))
                .toList();
    List<ProgramRunner.Outcome> outcomes = runner.run(programs, timeout(use));
    int correct = (int) outcomes.stream().filter(ProgramRunner.Outcome::passed).count();
    Map<String, Object> values = new LinkedHashMap<>();
    for (int k : PassRate.chosen(use.options())) {
      if (k <= programs.size()) {
        values.put("pass@" + k, PassRate.estimate(programs.size(), correct, k));
      }
    }
    return values;
  }

  private static Duration timeout(TaskConfig.MetricUse use) {
    double seconds =
        use.options().get("timeout") instanceof Number given ? given.doubleValue() : USUAL_SECONDS;
    if (!(seconds > 0 && seconds <= 3600)) {
      throw new IllegalArgumentException(
          "'timeout' must be above 0 and at most 3600 seconds, not " + seconds);
    }
    return Duration.ofMillis((long) (seconds * 1000));
  }
}
