package dev.mergefarm.gateway.watch;

import dev.mergefarm.jobs.table.JobWatch;
import dev.mergefarm.proto.v1.JobEvent;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Moves events from a job's history to one client while the client is ready, and waits otherwise.
 * It keeps no events: a slow client costs what a fast one does. Signals may come from any thread
 * and return at once; the moving happens on the executor, by one thread at a time.
 */
final class WatchPump {

  private final WatchClient client;
  private final Executor executor;
  private final Runnable onEnd;
  private final AtomicInteger signals = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile JobWatch watch;

  /**
   * @param onEnd called once, when the watch has ended in whatever way
   */
  WatchPump(WatchClient client, Executor executor, Runnable onEnd) {
    this.client = client;
    this.executor = executor;
    this.onEnd = onEnd;
  }

  /** Begins to move events; signals before this are remembered. */
  void start(JobWatch opened) {
    watch = opened;
    if (ended.get()) {
      opened.close();
    }
    signal();
  }

  /** Something may have changed: a new event, or a client that is ready again. */
  void signal() {
    if (signals.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  /** The client has gone. */
  void stop() {
    if (ended.compareAndSet(false, true)) {
      if (watch != null) {
        watch.close();
      }
      onEnd.run();
    }
  }

  private void run() {
    int seen;
    do {
      seen = signals.get();
      try {
        move();
      } catch (RuntimeException failure) {
        if (!ended.get()) {
          stop();
          client.fail(failure);
        }
      }
    } while (signals.addAndGet(-seen) != 0);
  }

  private void move() {
    JobWatch source = watch;
    if (source == null) {
      return;
    }
    while (!ended.get() && client.isReady()) {
      Optional<JobEvent> event = source.next();
      event.ifPresent(client::send);
      if (source.isFinished()) {
        stop();
        client.complete();
      } else if (event.isEmpty()) {
        return;
      }
    }
  }
}
