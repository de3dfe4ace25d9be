package dev.mergefarm.gateway.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobKind;
import dev.mergefarm.proto.v1.JobState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobFilterTest {

  private static final Job RUNNING_MERGE =
      Job.newBuilder()
          .setState(JobState.JOB_STATE_RUNNING)
          .setKind(JobKind.JOB_KIND_MERGE)
          .putLabels("team", "red \"one\"")
          .build();

  private final Problems problems = new Problems();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "state = RUNNING",
        "state=RUNNING AND kind=MERGE",
        "state != QUEUED AND kind != EVALUATION",
        "labels.team = \"red \\\"one\\\"\"",
        "labels.team != blue",
        "labels.absent = \"\"",
      })
  void aJobThatFitsEveryTermPasses(String filter) {
    assertThat(JobFilter.parse(problems, "filter", filter).test(RUNNING_MERGE)).isTrue();
    assertThat(problems.all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "state = QUEUED",
        "state = RUNNING AND kind = EVALUATION",
        "state != RUNNING",
        "labels.team = red",
        "labels.absent != \"\"",
      })
  void aJobThatFailsOneTermDoesNotPass(String filter) {
    assertThat(JobFilter.parse(problems, "filter", filter).test(RUNNING_MERGE)).isFalse();
    assertThat(problems.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          state                   | Expected = or != at character 6.
          state = RUNNING kind    | Expected AND at character 17.
          state RUNNING           | Expected = or != at character 7.
          = RUNNING               | Expected a field's name at character 1.
          state = RUNNING AND     | Expected a field's name at character 20.
          labels.a = "x           | Expected a closing quote for the text that starts at character 12.
          """)
  void aMalformedFilterSaysWhereItBreaks(String filter, String message) {
    JobFilter.parse(problems, "filter", filter);
    assertThat(problems.all()).extracting(Problem::message).containsExactly(message);
  }

  @Test
  void everyUnknownNameIsReportedWithItsNearest() {
    JobFilter.parse(problems, "filter", "stat = RUNNING AND kind = MERG AND state = RUNING");
    assertThat(problems.all())
        .extracting(p -> p.suggestion().orElse(""))
        .containsExactly("state", "MERGE", "RUNNING");
  }
}
