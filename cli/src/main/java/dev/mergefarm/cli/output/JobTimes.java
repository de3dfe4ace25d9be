package dev.mergefarm.cli.output;

import com.google.protobuf.Timestamp;
import dev.mergefarm.proto.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When jobs ran, in Java's words. */
public final class JobTimes {

  private JobTimes() {}

  public static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** From the first attempt's start to the job's end; empty unless it ran and ended. */
  public static Optional<Duration> running(Job job) {
    if (!job.hasStartTime() || !job.hasEndTime()) {
      return Optional.empty();
    }
    return Optional.of(Duration.between(instant(job.getStartTime()), instant(job.getEndTime())));
  }
}
