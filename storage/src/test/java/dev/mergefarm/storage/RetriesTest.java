package dev.mergefarm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetriesTest {

  private static final Retries.TransientFailure FAILURE =
      new Retries.TransientFailure(
          new MergefarmException(ErrorCode.STORE_UNAVAILABLE, "no answer"));

  private final FakeTime time = new FakeTime();
  private final Retries retries =
      new Retries(
          new Retries.Policy(Duration.ofSeconds(60), Duration.ofMillis(100), Duration.ofSeconds(5)),
          time,
          new Random(1));

  @Test
  void anAttemptThatSucceedsIsMadeOnce() {
    assertThat(retries.<String>call(() -> "answer")).isEqualTo("answer");
    assertThat(time.pauses()).isEmpty();
  }

  @Test
  void aPassingFailureIsTriedAgain() {
    AtomicInteger attempts = new AtomicInteger();

    String answer =
        retries.call(
            () -> {
              if (attempts.incrementAndGet() < 4) {
                throw FAILURE;
              }
              return "answer";
            });

    assertThat(answer).isEqualTo("answer");
    assertThat(time.pauses()).hasSize(3);
  }

  @Test
  void pausesDoubleUpToTheLongestAndEndAtTheDeadline() {
    assertThatThrownBy(
            () ->
                retries.call(
                    () -> {
                      throw FAILURE;
                    }))
        .isSameAs(FAILURE.lasting());

    assertThat(time.pauses().getFirst()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    assertThat(time.pauses().get(3)).isBetween(Duration.ofMillis(400), Duration.ofMillis(800));
    assertThat(time.pauses())
        .allSatisfy(pause -> assertThat(pause).isLessThanOrEqualTo(Duration.ofSeconds(5)));
    assertThat(Duration.ofNanos(time.nanoTime()))
        .isBetween(Duration.ofSeconds(55), Duration.ofSeconds(60));
  }

  @Test
  void aLastingFailureIsNotTriedAgain() {
    MergefarmException lasting = new MergefarmException(ErrorCode.STORE_DENIED, "no");

    assertThatThrownBy(
            () ->
                retries.call(
                    () -> {
                      throw lasting;
                    }))
        .isSameAs(lasting);
    assertThat(time.pauses()).isEmpty();
  }

  @Test
  void anInterruptedPauseCancels() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(
            () ->
                retries.call(
                    () -> {
                      throw FAILURE;
                    }))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED));
    assertThat(Thread.interrupted()).isTrue();
  }
}
