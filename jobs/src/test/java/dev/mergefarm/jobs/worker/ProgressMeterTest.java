package dev.mergefarm.jobs.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Progress;
import dev.mergefarm.proto.v1.JobProgress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {

  private final ProgressMeter meter = new ProgressMeter();

  @Test
  void firstMeasureHasNeitherRateNorTimeLeft() {
    JobProgress first = at(0, new Progress("merge", 1, 10, 100, 1000));
    assertThat(first.getRate()).isZero();
    assertThat(first.hasTimeLeft()).isFalse();
    assertThat(first.getItemsTotal()).isEqualTo(10);
  }

  @Test
  void rateIsInBytesWhereBytesMeanSomething() {
    at(0, new Progress("merge", 0, 10, 0, 1000));
    JobProgress second = at(2, new Progress("merge", 1, 10, 200, 1000));
    assertThat(second.getRate()).isEqualTo(100);
    assertThat(second.getTimeLeft().getSeconds()).isEqualTo(8);
  }

  @Test
  void rateIsInItemsWhereBytesMeanNothing() {
    at(0, new Progress("score", 0, 40, 0, 0));
    JobProgress second = at(4, new Progress("score", 10, 40, 0, 0));
    assertThat(second.getRate()).isEqualTo(2.5);
    assertThat(second.getTimeLeft().getSeconds()).isEqualTo(12);
  }

  @Test
  void rateForgetsWhatIsOlderThanTenSeconds() {
    at(0, new Progress("merge", 0, 10, 0, 100_000));
    for (int second = 1; second <= 20; second++) {
      at(second, new Progress("merge", 0, 10, 0, 100_000));
    }
    JobProgress last = at(30, new Progress("merge", 1, 10, 1000, 100_000));
    assertThat(last.getRate()).isEqualTo(100);
  }

  @Test
  void newStageIsMeasuredAnew() {
    at(0, new Progress("load", 0, 1, 0, 1000));
    at(1, new Progress("load", 1, 1, 1000, 1000));
    JobProgress score = at(2, new Progress("score", 5, 10, 0, 0));
    assertThat(score.getRate()).isZero();
  }

  private JobProgress at(long seconds, Progress progress) {
    return meter.measure(progress, TimeUnit.SECONDS.toNanos(seconds));
  }
}
