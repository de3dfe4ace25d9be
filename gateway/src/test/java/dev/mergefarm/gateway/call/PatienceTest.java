package dev.mergefarm.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PatienceTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  void workThatIsDoneInTimeGivesItsResult() {
    assertThat(Patience.within(LONG, ErrorCode.DEADLINE_EXCEEDED, "Counting", () -> 3))
        .isEqualTo(3);
  }

  @Test
  void aFailureOfTheWorkIsTheCallersFailure() {
    MergefarmException failure = new MergefarmException(ErrorCode.MODEL_NOT_FOUND, "None there.");
    assertThat(
            catchThrowableOfType(
                MergefarmException.class,
                () ->
                    Patience.within(
                        LONG,
                        ErrorCode.DEADLINE_EXCEEDED,
                        "Looking",
                        () -> {
                          throw failure;
                        })))
        .isSameAs(failure);
  }

  @Test
  void workThatTakesTooLongIsInterruptedAndTheCallerToldSo() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    MergefarmException late =
        catchThrowableOfType(
            MergefarmException.class,
            () ->
                Patience.within(
                    Duration.ofMillis(20),
                    ErrorCode.BROKER_UNAVAILABLE,
                    "Waiting",
                    () -> {
                      try {
                        new CountDownLatch(1).await();
                      } finally {
                        interrupted.countDown();
                      }
                      return 0;
                    }));
    assertThat(late.code()).isEqualTo(ErrorCode.BROKER_UNAVAILABLE);
    assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aCallersDeadlineShortensTheLimitAndNeverLengthensIt() {
    Caller hurried = new Caller("t", Optional.of(Deadline.after(1, TimeUnit.SECONDS)));
    Caller late = new Caller("t", Optional.of(Deadline.after(-1, TimeUnit.SECONDS)));
    Caller patient = new Caller("t", Optional.empty());
    assertThat(hurried.patience(LONG)).isLessThanOrEqualTo(Duration.ofSeconds(1));
    assertThat(late.patience(LONG)).isEqualTo(Duration.ZERO);
    assertThat(patient.patience(LONG)).isEqualTo(LONG);
  }
}
