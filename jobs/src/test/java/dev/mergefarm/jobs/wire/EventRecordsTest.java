package dev.mergefarm.jobs.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.jobs.EventType;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.TestJobs;
import dev.mergefarm.proto.v1.EventRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventRecordsTest {

  private final TestJobs events = new TestJobs("job");

  private final List<JobEvent> oneOfEach =
      List.of(
          events.created(TestJobs.evaluationRequest("models/a"), Map.of("team", "x")),
          events.started(1),
          events.progress(1, 5),
          events.cancelRequested(),
          events.succeeded(1),
          events.attemptFailed(1),
          events.handedBack(1),
          events.cancelled(1),
          events.failed(1));

  @Test
  void everyEventComesBackFromItsRecordAsItWas() {
    assertThat(oneOfEach).extracting(JobEvent::type).containsExactly(EventType.values());
    assertThat(oneOfEach)
        .allSatisfy(
            event ->
                assertThat(EventRecords.parse(EventRecords.toRecord(event).toByteArray()))
                    .contains(event));
  }

  @Test
  void keysKeepStateChangesApartAndLetProgressReplaceProgress() {
    assertThat(EventRecords.key(events.started(1)))
        .isNotEqualTo(EventRecords.key(events.started(1)));
    assertThat(EventRecords.key(events.progress(1, 1))).isEqualTo("job/progress");
    assertThat(EventRecords.jobId("job/progress")).isEqualTo("job");
  }

  @Test
  void recordsThatAreNoEventsOfThisVersionArePassedOver() {
    assertThat(EventRecords.parse("not protobuf".getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(EventRecords.parse(new byte[0])).isEmpty();
    assertThat(
            EventRecords.fromRecord(EventRecord.newBuilder().setJobId("job").setId("new").build()))
        .isEmpty();
  }
}
