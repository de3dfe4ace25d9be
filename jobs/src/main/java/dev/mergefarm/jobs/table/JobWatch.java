package dev.mergefarm.jobs.table;

import dev.mergefarm.jobs.wire.JobMessages;
import dev.mergefarm.proto.v1.JobEvent;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One watcher's place in a job's history. It holds two numbers whatever the watcher's pace: state
 * changes are read from the table's history, and of the progress made meanwhile only the newest is
 * there to read. One reader at a time.
 */
public final class JobWatch implements AutoCloseable {

  private final Supplier<JobTrack> track;
  private final Runnable unsubscribe;
  private long nextNumber;
  private long progressSeen;
  private boolean finished;

  JobWatch(Supplier<JobTrack> track, long firstNumber, Runnable unsubscribe) {
    this.track = track;
    this.nextNumber = firstNumber;
    this.unsubscribe = unsubscribe;
    JobTrack now = track.get();
    this.finished = now.current().state().isFinal() && firstNumber > now.changes().size();
  }

  /** The next event if there is one now; never waits. */
  public Optional<JobEvent> next() {
    JobTrack now = track.get();
    if (finished) {
      return Optional.empty();
    }
    if (nextNumber <= now.changes().size()) {
      return Optional.of(nextChange(now));
    }
    if (now.progressCount() > progressSeen) {
      progressSeen = now.progressCount();
      return Optional.of(JobMessages.progress(now.current(), now.progressTime()));
    }
    return Optional.empty();
  }

  /** Whether the event that ended the job has been read: nothing comes after it. */
  public boolean isFinished() {
    return finished;
  }

  @Override
  public void close() {
    unsubscribe.run();
  }

  private JobEvent nextChange(JobTrack now) {
    JobTrack.Change change = now.changes().get((int) nextNumber - 1);
    boolean newest = nextNumber == now.changes().size();
    nextNumber++;
    finished = change.job().state().isFinal();
    if (newest) {
      progressSeen = now.progressCount();
    }
    return JobMessages.stateChange(newest ? now.current() : change.job(), change.time());
  }
}
