package dev.mergefarm.storage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clock that only moves in pauses, and remembers them. */
public final class FakeTime implements Retries.Time {

  private final List<Duration> pauses = new ArrayList<>();
  private long now;

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized void pause(Duration duration) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    pauses.add(duration);
    now += duration.toNanos();
  }

  public synchronized List<Duration> pauses() {
    return List.copyOf(pauses);
  }
}
