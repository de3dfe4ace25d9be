package dev.mergefarm.eval.model.remote;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.Retries;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** How long to wait before a request is sent again. Safe for many threads. */
final class Pauses {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** A server that wants more than this is not waited for that long. */
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

  private static final Duration STEP = Duration.ofMillis(100);

  private final Retries.Time time;
  private final InstantSource clock;

  Pauses(Retries.Time time, InstantSource clock) {
    this.time = time;
    this.clock = clock;
  }

  /**
   * What a {@code Retry-After} header asks for: seconds, or a time.
   *
   * @return zero where there is none or it cannot be understood; at most 5 minutes
   */
  Duration asked(Optional<String> header) {
    return header.map(text -> shorter(parse(text.strip()), LONGEST_ASKED)).orElse(Duration.ZERO);
  }

  private Duration parse(String text) {
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(clock.instant(), until);
      return left.isNegative() ? Duration.ZERO : left;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  /**
   * Waits as long as the server asked for, and at least 1 s after the first failure, doubled with
   * each further one up to 10 s.
   *
   * @throws MergefarmException with {@code CANCELLED}
   */
  void pause(int failures, Duration asked, Cancellation cancellation) {
    Duration own = shorter(FIRST.multipliedBy(1L << Math.min(failures - 1, 8)), LONGEST);
    Duration wanted = asked.compareTo(own) > 0 ? asked : own;
    try {
      for (Duration left = wanted; left.isPositive(); left = left.minus(STEP)) {
        cancellation.throwIfCancelled();
        time.pause(shorter(left, STEP));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(
          ErrorCode.CANCELLED, "Interrupted while waiting to try again.", interrupted);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
