package dev.mergefarm.jobs.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.TestJobs;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.proto.v1.JobProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JobTableTest {

  private final JobTable table = new JobTable();
  private long offset;

  @Test
  void jobIsFoundWithWhereItBegan() {
    TestJobs events = new TestJobs("job");
    apply(events.created(), events.started(1));
    assertThat(table.find("job").orElseThrow().state()).isEqualTo(JobState.RUNNING);
    assertThat(table.created("job")).contains(new Position(0, 0));
    assertThat(table.find("other")).isEmpty();
  }

  @Test
  void pagesGoThroughAllJobsNewestFirst() {
    for (int i = 0; i < 5; i++) {
      create("job" + i, i, Map.of());
    }
    List<String> seen = new ArrayList<>();
    String token = "";
    int pages = 0;
    do {
      JobPage page = table.list(JobFilter.parse(""), 2, token);
      page.jobs().stream().map(JobView::id).forEach(seen::add);
      token = page.nextPageToken();
      pages++;
    } while (!token.isEmpty());
    assertThat(seen).containsExactly("job4", "job3", "job2", "job1", "job0");
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void jobThatComesBetweenTwoPagesShiftsNothing() {
    create("a", 1, Map.of());
    create("b", 2, Map.of());
    JobPage first = table.list(JobFilter.parse(""), 1, "");
    create("c", 3, Map.of());
    assertThat(table.list(JobFilter.parse(""), 1, first.nextPageToken()).jobs())
        .extracting(JobView::id)
        .containsExactly("a");
  }

  @Test
  void pageTokenOfAnotherFilterOrOfNoListIsRefused() {
    create("a", 1, Map.of("team", "x"));
    create("b", 2, Map.of("team", "x"));
    String token = table.list(JobFilter.parse("labels.team = x"), 1, "").nextPageToken();
    for (String bad : List.of(token.substring(3), "%%%", "AAAA")) {
      assertInvalidToken(() -> table.list(JobFilter.parse("labels.team = x"), 1, bad));
    }
    assertInvalidToken(() -> table.list(JobFilter.parse("state = QUEUED"), 1, token));
  }

  @Test
  void filteredListHoldsMatchingJobsOnlyAndSkipsNone() {
    for (int i = 0; i < 10; i++) {
      create("job" + i, i, Map.of("parity", i % 2 == 0 ? "even" : "odd"));
    }
    JobFilter odd = JobFilter.parse("labels.parity = odd");
    JobPage first = table.list(odd, 3, "");
    JobPage second = table.list(odd, 3, first.nextPageToken());
    assertThat(first.jobs()).extracting(JobView::id).containsExactly("job9", "job7", "job5");
    assertThat(second.jobs()).extracting(JobView::id).containsExactly("job3", "job1");
    assertThat(second.nextPageToken()).isEmpty();
  }

  @Test
  void countsFollowEveryChangeOfState() {
    TestJobs events = new TestJobs("job");
    create("other", 1, Map.of());
    apply(events.created(), events.started(1));
    assertThat(counts()).containsEntry(JobState.QUEUED, 1L).containsEntry(JobState.RUNNING, 1L);
    apply(events.succeeded(1));
    assertThat(counts()).containsEntry(JobState.RUNNING, 0L).containsEntry(JobState.SUCCEEDED, 1L);
    table.forgetEndedBefore(Instant.MAX);
    assertThat(counts()).containsEntry(JobState.QUEUED, 1L).containsEntry(JobState.SUCCEEDED, 0L);
    assertThat(table.find("job")).isEmpty();
    assertThat(table.all().map(JobView::id)).containsExactly("other");
  }

  @Test
  void watcherFromTheFirstEventSeesEveryStateChangeWithTheJobAsItWasThen() {
    TestJobs events = new TestJobs("job");
    apply(events.created(), events.started(1), events.attemptFailed(1), events.started(2));
    try (JobWatch watch = table.watch("job", 1, () -> {})) {
      apply(events.succeeded(2));
      List<dev.mergefarm.proto.v1.JobEvent> seen = drain(watch);
      assertThat(seen)
          .extracting(dev.mergefarm.proto.v1.JobEvent::getNumber)
          .containsExactly(1L, 2L, 3L, 4L, 5L);
      assertThat(seen)
          .extracting(event -> event.getJob().getState().name())
          .containsExactly(
              "JOB_STATE_QUEUED",
              "JOB_STATE_RUNNING",
              "JOB_STATE_QUEUED",
              "JOB_STATE_RUNNING",
              "JOB_STATE_SUCCEEDED");
      assertThat(watch.isFinished()).isTrue();
    }
  }

  @Test
  void slowWatcherGetsTheNewestProgressAndMissesNoStateChange() {
    TestJobs events = new TestJobs("job");
    apply(events.created());
    try (JobWatch watch = table.watch("job", 0, () -> {})) {
      assertThat(drain(watch)).hasSize(1);
      apply(events.started(1), events.progress(1, 1), events.progress(1, 2));
      assertThat(items(drain(watch))).containsExactly(2L);
      apply(events.progress(1, 3), events.progress(1, 4));
      List<dev.mergefarm.proto.v1.JobEvent> seen = drain(watch);
      assertThat(items(seen)).containsExactly(4L);
      assertThat(seen.getFirst().getProgressOnly()).isTrue();
      assertThat(seen.getFirst().getNumber()).isEqualTo(2);
    }
  }

  @Test
  void watcherResumesFromAnEventNumberAndWaitsForTheNext() {
    TestJobs events = new TestJobs("job");
    apply(events.created(), events.started(1));
    try (JobWatch watch = table.watch("job", 3, () -> {})) {
      assertThat(watch.next()).isEmpty();
      apply(events.succeeded(1));
      assertThat(drain(watch))
          .extracting(dev.mergefarm.proto.v1.JobEvent::getNumber)
          .containsExactly(3L);
    }
  }

  @Test
  void watcherOfAFinishedJobGetsItsEndAndIsFinished() {
    TestJobs events = new TestJobs("job");
    apply(events.created(), events.cancelRequested());
    try (JobWatch watch = table.watch("job", 0, () -> {})) {
      assertThat(drain(watch)).hasSize(1);
      assertThat(watch.isFinished()).isTrue();
    }
    try (JobWatch watch = table.watch("job", 3, () -> {})) {
      assertThat(watch.isFinished()).isTrue();
      assertThat(watch.next()).isEmpty();
    }
  }

  @Test
  void watcherIsToldOfEachChangeUntilItIsClosed() {
    TestJobs events = new TestJobs("job");
    AtomicInteger told = new AtomicInteger();
    apply(events.created());
    try (JobWatch _ = table.watch("job", 0, told::incrementAndGet)) {
      apply(events.started(1), events.progress(1, 1), events.started(1));
      assertThat(told).hasValue(2);
    }
    apply(events.succeeded(1));
    assertThat(told).hasValue(2);
  }

  @Test
  void watchOfAnUnknownJobOrOfANumberBeyondTheNextIsRefused() {
    create("job", 1, Map.of());
    assertThatThrownBy(() -> table.watch("other", 0, () -> {}))
        .isInstanceOfSatisfying(
            MergefarmException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.JOB_NOT_FOUND));
    for (long number : new long[] {-1, 3}) {
      assertThatThrownBy(() -> table.watch("job", number, () -> {}))
          .isInstanceOfSatisfying(
              MergefarmException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
    }
  }

  private Map<JobState, Long> counts() {
    return table.counts().get(JobKind.MERGE);
  }

  private void create(String id, int second, Map<String, String> labels) {
    JobEvent.Header header = new JobEvent.Header(id, "created", TestJobs.BEGIN.plusSeconds(second));
    apply(
        new JobEvent.Created(
            header, "", id, TestJobs.mergeRequest("r"), labels, "digest", List.of()));
  }

  private void apply(JobEvent... events) {
    for (JobEvent event : events) {
      table.apply(new Position(0, offset++), event);
    }
  }

  private static List<dev.mergefarm.proto.v1.JobEvent> drain(JobWatch watch) {
    List<dev.mergefarm.proto.v1.JobEvent> seen = new ArrayList<>();
    for (Optional<dev.mergefarm.proto.v1.JobEvent> event = watch.next();
        event.isPresent();
        event = watch.next()) {
      seen.add(event.get());
    }
    return seen;
  }

  private static List<Long> items(List<dev.mergefarm.proto.v1.JobEvent> events) {
    return events.stream()
        .map(event -> event.getJob().getProgress())
        .map(JobProgress::getItemsDone)
        .toList();
  }

  private static void assertInvalidToken(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            MergefarmException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PAGE_TOKEN));
  }
}
