package dev.mergefarm.jobs.worker;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The signal to end a worker, and how long its jobs may still go on. Safe for many threads. */
final class Shutdown {

  private final CountDownLatch requested = new CountDownLatch(1);
  private volatile long graceEnd;

  void request(Duration grace) {
    if (requested.getCount() > 0) {
      graceEnd = System.nanoTime() + grace.toNanos();
      requested.countDown();
    }
  }

  boolean isRequested() {
    return requested.getCount() == 0;
  }

  boolean isGraceOver() {
    return isRequested() && System.nanoTime() - graceEnd >= 0;
  }

  /** Waits, but not beyond a request to shut down. */
  void pause(Duration atMost) {
    try {
      requested.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      request(Duration.ZERO);
    }
  }
}
