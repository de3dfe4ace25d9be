package dev.mergefarm.merge.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineTest {

  private static Span span(Step step, String track, long start, long end) {
    return new Span(step, track, "weight", start, end, 100);
  }

  @Test
  void theStepWithTheBusiestTrackLimits() {
    Timeline timeline = new Timeline();
    timeline.add(span(Step.READ, "reader 1", 0, 400_000_000));
    timeline.add(span(Step.READ, "reader 2", 0, 500_000_000));
    timeline.add(span(Step.WRITE, "writer", 100_000_000, 600_000_000));
    timeline.add(span(Step.WRITE, "writer", 700_000_000, 1_000_000_000));
    TimelineSummary summary = timeline.summary();
    assertThat(summary.limiting()).hasValue(Step.WRITE);
    assertThat(summary.shares().get(Step.READ))
        .isEqualTo(new TimelineSummary.Share(500_000_000, 200));
    assertThat(summary.text())
        .isEqualTo("limited by write: busy 80 % of 1.00 s (read 50 %, write 80 %)");
  }

  @Test
  void withoutSpansNothingLimits() {
    assertThat(new Timeline().summary().text()).isEqualTo("nothing was merged");
  }

  @Test
  void aTraceHasARowForEachTrackAndASpanForEachStretch(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("trace.json");
    try (TraceFile trace = new TraceFile(file, 1_000)) {
      Timeline timeline = new Timeline(trace);
      timeline.add(span(Step.TO_DEVICE, "cuda:0", 2_000, 4_500));
      timeline.add(span(Step.TO_DEVICE, "cuda:0", 5_000, 6_000));
      timeline.add(span(Step.WRITE, "writer", 6_000, 7_000));
    }
    JsonNode events = new ObjectMapper().readTree(file.toFile()).get("traceEvents");
    assertThat(events).hasSize(5);
    assertThat(events.get(0).get("args").get("name").asText()).isEqualTo("cuda:0");
    JsonNode first = events.get(1);
    assertThat(first.get("ph").asText()).isEqualTo("X");
    assertThat(first.get("name").asText()).isEqualTo("to device weight");
    assertThat(first.get("ts").asDouble()).isEqualTo(1.0);
    assertThat(first.get("dur").asDouble()).isEqualTo(2.5);
    assertThat(events.get(2).get("tid").asInt()).isEqualTo(first.get("tid").asInt());
    assertThat(events.get(4).get("tid").asInt()).isNotEqualTo(first.get("tid").asInt());
  }
}
