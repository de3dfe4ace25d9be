package dev.mergefarm.jobs.table;

import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A job with its whole history of state changes. Immutable, so readers take one and are never torn.
 *
 * @param created where the first event stands
 * @param changes the job after each state change; that of event number n at index n - 1
 * @param current the newest, with the newest progress
 * @param progressTime when the newest progress was made; of the last change when there is none
 * @param progressCount grows with every progress event
 */
record JobTrack(
    Position created,
    List<Change> changes,
    JobView current,
    Instant progressTime,
    long progressCount) {

  /** The job after a state change, and when that was. */
  record Change(JobView job, Instant time) {}

  static JobTrack begin(Position created, JobView job, Instant time) {
    return new JobTrack(created, List.of(new Change(job, time)), job, time, 0);
  }

  JobTrack changed(JobView job, Instant time) {
    List<Change> longer = new ArrayList<>(changes.size() + 1);
    longer.addAll(changes);
    longer.add(new Change(job, time));
    return new JobTrack(created, List.copyOf(longer), job, time, progressCount);
  }

  JobTrack progressed(JobView job, Instant time) {
    return new JobTrack(created, changes, job, time, progressCount + 1);
  }
}
