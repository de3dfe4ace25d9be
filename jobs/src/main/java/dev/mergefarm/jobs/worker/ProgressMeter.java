package dev.mergefarm.jobs.worker;

import com.google.protobuf.Duration;
import dev.mergefarm.common.Progress;
import dev.mergefarm.proto.v1.JobProgress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Turns progress into rate and time left, measured over the last ten seconds of the present stage.
 * Not thread safe.
 */
final class ProgressMeter {

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Sample(long nanos, long amount) {}

  private final Deque<Sample> samples = new ArrayDeque<>();
  private String stage = "";

  /**
   * @param nanos time of the progress on a clock that never steps back
   */
  JobProgress measure(Progress progress, long nanos) {
    if (!progress.stage().equals(stage)) {
      stage = progress.stage();
      samples.clear();
    }
    boolean inBytes = progress.bytesTotal() > 0;
    long amount = inBytes ? progress.bytesDone() : progress.itemsDone();
    long total = inBytes ? progress.bytesTotal() : progress.itemsTotal();
    samples.addLast(new Sample(nanos, amount));
    while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
      samples.removeFirst();
    }
    JobProgress.Builder message =
        JobProgress.newBuilder()
            .setStage(stage)
            .setItemsDone(progress.itemsDone())
            .setItemsTotal(progress.itemsTotal())
            .setBytesDone(progress.bytesDone())
            .setBytesTotal(progress.bytesTotal());
    double rate = rate();
    if (rate > 0) {
      message.setRate(rate);
      if (total > 0) {
        message.setTimeLeft(duration(Math.max(0, total - amount) / rate));
      }
    }
    return message.build();
  }

  /** Amount per second between the oldest sample kept and the newest. */
  private double rate() {
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    long nanos = last.nanos() - first.nanos();
    return nanos <= 0 ? 0 : (last.amount() - first.amount()) * 1e9 / nanos;
  }

  private static Duration duration(double seconds) {
    long whole = (long) seconds;
    return Duration.newBuilder()
        .setSeconds(whole)
        .setNanos((int) ((seconds - whole) * 1e9))
        .build();
  }
}
