package dev.mergefarm.jobs.table;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobFold;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * All jobs, as folded from the event topic. One thread applies events ({@link JobTableFeed} does);
 * any number read and watch. Each answer is a consistent job; a list is not a snapshot of all.
 */
public final class JobTable {

  /** Jobs on a page at the most. */
  public static final int MAXIMUM_PAGE = 1000;

  private static final int STATES = JobState.values().length;

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<PageToken, Entry> newestFirst =
      new ConcurrentSkipListMap<>(PageToken.NEWEST_FIRST);
  private final AtomicLongArray counts = new AtomicLongArray(JobKind.values().length * STATES);

  private static final class Entry {
    volatile JobTrack track;
    final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();

    Entry(JobTrack track) {
      this.track = track;
    }
  }

  /** Tells one subscription from another; a plain Runnable may be subscribed twice. */
  private static final class Subscription {
    final Runnable onChange;

    Subscription(Runnable onChange) {
      this.onChange = onChange;
    }
  }

  /** The job of an id. */
  public Optional<JobView> find(String id) {
    return Optional.ofNullable(entries.get(id)).map(entry -> entry.track.current());
  }

  /** Where a job's first event stands on the event topic. */
  public Optional<Position> created(String id) {
    return Optional.ofNullable(entries.get(id)).map(entry -> entry.track.created());
  }

  /** All jobs, newest first, as they are when the stream comes to them. */
  public Stream<JobView> all() {
    return newestFirst.values().stream().map(entry -> entry.track.current());
  }

  /**
   * One page of a list.
   *
   * @param pageSize 1 to {@link #MAXIMUM_PAGE}
   * @param pageToken from the page before; empty for the first
   * @throws MergefarmException with {@code INVALID_PAGE_TOKEN} or {@code INVALID_VALUE}
   */
  public JobPage list(JobFilter filter, int pageSize, String pageToken) {
    if (pageSize < 1 || pageSize > MAXIMUM_PAGE) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "The page size is " + pageSize + "; permitted is 1 to " + MAXIMUM_PAGE + ".");
    }
    Map<PageToken, Entry> rest =
        pageToken.isEmpty()
            ? newestFirst
            : newestFirst.tailMap(PageToken.decode(pageToken, filter), false);
    List<JobView> jobs = new ArrayList<>();
    for (Entry entry : rest.values()) {
      JobView job = entry.track.current();
      if (filter.matches(job)) {
        if (jobs.size() == pageSize) {
          return new JobPage(jobs, place(jobs.getLast()).encode(filter));
        }
        jobs.add(job);
      }
    }
    return new JobPage(jobs, "");
  }

  /** How many jobs of each kind are in each state; zeros included. */
  public Map<JobKind, Map<JobState, Long>> counts() {
    Map<JobKind, Map<JobState, Long>> all = new EnumMap<>(JobKind.class);
    for (JobKind kind : JobKind.values()) {
      Map<JobState, Long> ofKind = new EnumMap<>(JobState.class);
      for (JobState state : JobState.values()) {
        ofKind.put(state, counts.get(index(kind, state)));
      }
      all.put(kind, ofKind);
    }
    return all;
  }

  /**
   * Watches a job.
   *
   * @param fromEventNumber the first event wanted, from 1; the number after the newest to wait for
   *     what comes; 0 for the job as it is now and then what comes
   * @param onChange called, by the thread that applies events, whenever {@link JobWatch#next} may
   *     have something; must return at once. The first look must be the caller's own
   * @throws MergefarmException with {@code JOB_NOT_FOUND}, or {@code INVALID_VALUE} for a number
   *     beyond the next event's
   */
  public JobWatch watch(String id, long fromEventNumber, Runnable onChange) {
    Entry entry = entries.get(id);
    if (entry == null) {
      throw notFound(id);
    }
    Subscription subscription = new Subscription(onChange);
    entry.subscriptions.add(subscription);
    int newest = entry.track.changes().size();
    if (fromEventNumber < 0 || fromEventNumber > newest + 1L) {
      entry.subscriptions.remove(subscription);
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "The event number is "
              + fromEventNumber
              + "; permitted is 0 to "
              + (newest + 1L)
              + ", the next event of the job.");
    }
    return new JobWatch(
        () -> entry.track,
        fromEventNumber == 0 ? newest : fromEventNumber,
        () -> entry.subscriptions.remove(subscription));
  }

  /** The failure of a request for a job that is not there. */
  public static MergefarmException notFound(String id) {
    return new MergefarmException(ErrorCode.JOB_NOT_FOUND, "There is no job '" + id + "'.");
  }

  /** Folds an event in. Called by one thread. */
  void apply(Position position, JobEvent event) {
    Entry entry = entries.get(event.header().jobId());
    Optional<JobView> before = Optional.ofNullable(entry).map(present -> present.track.current());
    switch (JobFold.apply(before, event)) {
      case JobFold.Refused _ -> {
        // Stale or repeated; every reader refuses it alike.
      }
      case JobFold.Applied applied -> {
        if (entry == null) {
          add(position, applied.job(), event.header().time());
        } else {
          update(entry, applied.job(), event);
        }
      }
    }
  }

  /** Forgets jobs that ended before a time. Called by the thread that applies events. */
  void forgetEndedBefore(Instant time) {
    for (Entry entry : newestFirst.values()) {
      JobView job = entry.track.current();
      if (job.times().end().map(end -> end.isBefore(time)).orElse(false)) {
        newestFirst.remove(place(job));
        entries.remove(job.id());
        counts.decrementAndGet(index(job.kind(), job.state()));
      }
    }
  }

  private void add(Position position, JobView job, Instant time) {
    Entry entry = new Entry(JobTrack.begin(position, job, time));
    entries.put(job.id(), entry);
    newestFirst.put(place(job), entry);
    counts.incrementAndGet(index(job.kind(), job.state()));
  }

  private void update(Entry entry, JobView after, JobEvent event) {
    JobTrack track = entry.track;
    JobView before = track.current();
    Instant time = event.header().time();
    entry.track =
        after.eventNumber() > before.eventNumber()
            ? track.changed(after, time)
            : track.progressed(after, time);
    if (before.state() != after.state()) {
      counts.decrementAndGet(index(before.kind(), before.state()));
      counts.incrementAndGet(index(after.kind(), after.state()));
    }
    entry.subscriptions.forEach(subscription -> subscription.onChange.run());
  }

  private static PageToken place(JobView job) {
    return new PageToken(job.origin().createTime(), job.id());
  }

  private static int index(JobKind kind, JobState state) {
    return kind.ordinal() * STATES + state.ordinal();
  }
}
