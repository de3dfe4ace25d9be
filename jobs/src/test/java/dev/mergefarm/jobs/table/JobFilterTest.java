package dev.mergefarm.jobs.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.TestJobs;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobFilterTest {

  private final TestJobs events = new TestJobs("job");
  private final JobView job =
      TestJobs.fold(
              events.created(
                  TestJobs.evaluationRequest("m"), Map.of("team", "x", "note", "say \"hi\"")))
          .orElseThrow();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "state = QUEUED",
        "state=QUEUED",
        "state != RUNNING AND kind = EVALUATION",
        "labels.team = \"x\"",
        "labels.team = x",
        "labels.note = \"say \\\"hi\\\"\"",
        "labels.absent != x",
        "kind != MERGE AND labels.team != y AND state = QUEUED",
      })
  void jobMatches(String filter) {
    assertThat(JobFilter.parse(filter).matches(job)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "state = RUNNING",
        "state != QUEUED",
        "kind = MERGE",
        "labels.absent = x",
        "labels.team != x",
        "state = QUEUED AND kind = MERGE",
      })
  void jobDoesNotMatch(String filter) {
    assertThat(JobFilter.parse(filter).matches(job)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "state",
        "state =",
        "state = QUEUED AND",
        "AND state = QUEUED",
        "state = QUEUED kind = MERGE",
        "state = QUEUED ANDkind = MERGE",
        "state > QUEUED",
        "labels.team = \"x",
        "labels. = x",
      })
  void brokenFilterIsRefusedWithThePlaceOfTheFault(String filter) {
    assertThatThrownBy(() -> JobFilter.parse(filter))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_FILTER);
              assertThat(e.problems().getFirst().path()).isEqualTo("filter");
            });
  }

  @Test
  void everyUnknownNameIsReportedWithTheNearestOne() {
    assertThatThrownBy(() -> JobFilter.parse("stat = QUEUED AND state = RUNING AND kind = MERG"))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            e ->
                assertThat(e.problems())
                    .extracting(problem -> problem.suggestion().orElse("none"))
                    .containsExactly("state", "RUNNING", "MERGE"));
  }

  @Test
  void filterBeyondTheLimitIsRefusedUnread() {
    assertThatThrownBy(() -> JobFilter.parse("x".repeat(JobFilter.MAXIMUM_LENGTH + 1)))
        .hasMessageContaining("at most 4096");
  }
}
