package dev.mergefarm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.eval.metric.Aggregation;
import dev.mergefarm.eval.task.ProgramRunner;
import dev.mergefarm.eval.task.TaskConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CodeScorerTest {

  /** A program passes when it holds the word {@code right}. */
  private static final class RecordedRunner implements ProgramRunner {
    private final List<String> programs = new ArrayList<>();
    private Duration timeout = Duration.ZERO;

    @Override
    public List<Outcome> run(List<String> given, Duration limit) {
      programs.addAll(given);
      timeout = limit;
      return given.stream()
          .map(text -> new Outcome(text.contains("right"), "failed: AssertionError"))
          .toList();
    }
  }

  private final RecordedRunner runner = new RecordedRunner();

  private Map<String, Object> score(Map<String, Object> options, Object answers) {
    TaskConfig.MetricUse use =
        new TaskConfig.MetricUse(
            "code_eval",
            Optional.empty(),
            new TaskConfig.AggregationUse.Named(Aggregation.MEAN),
            Optional.of(true),
            options);
    return CodeScorer.score(use, "assert f() == 1", answers, runner);
  }

  @Test
  void everyAnswerIsRunBeforeTheTestsAndCounted() {
    assertThat(score(Map.of("k", List.of(1L, 2L, 8L)), List.of("right", "no", "no", "no")))
        .containsExactly(Map.entry("pass@1", 0.25), Map.entry("pass@2", 0.5));
    assertThat(runner.programs).hasSize(4).contains("right\nassert f() == 1");
    assertThat(runner.timeout).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void singleAnswerIsAListOfOne() {
    assertThat(score(Map.of("timeout", 0.5), "right")).containsExactly(Map.entry("pass@1", 1.0));
    assertThat(runner.timeout).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void timeoutOutOfRangeIsRefused() {
    assertThatThrownBy(() -> score(Map.of("timeout", 0L), "right"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("timeout");
  }
}
