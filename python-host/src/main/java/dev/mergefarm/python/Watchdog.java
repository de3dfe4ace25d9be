package dev.mergefarm.python;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.graalvm.polyglot.Context;

/**
 * Interrupts a context whose call went on past its time. Python's own timer comes first, because it
 * knows the helper's line; this is for what does not heed it.
 */
final class Watchdog {

  private static final long NONE = Long.MAX_VALUE;
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** How long after its time a call may take to heed Python's timer. */
  private static final long HEED_MILLISECONDS = 3_000;

  private final Context context;
  private final Supplier<String> place;
  private long deadline = NONE;
  private volatile String found = "";

  /**
   * @param place asked from another thread where the work was when its time was up
   */
  Watchdog(Context context, Supplier<String> place) {
    this.context = context;
    this.place = place;
  }

  /** Where the work was when it was interrupted; empty where that is not known. */
  String found() {
    return found;
  }

  void start() {
    Thread.ofPlatform().daemon().name("watchdog").start(this::watch);
  }

  /**
   * Gives the work in progress this long from now.
   *
   * @param milliseconds 0 or less where nothing runs
   */
  synchronized void allow(long milliseconds) {
    deadline =
        milliseconds <= 0
            ? NONE
            : System.nanoTime() + (milliseconds + HEED_MILLISECONDS) * 1_000_000;
    notifyAll();
  }

  private void watch() {
    try {
      while (true) {
        awaitExpiry();
        look();
        context.interrupt(GRACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      // What runs does not react, so the process is of no use any more; its parent sees it end.
      Runtime.getRuntime().halt(PythonHost.STUCK);
    }
  }

  /** Asks where the work is, but not for long: it may be where nobody can look. */
  private void look() throws InterruptedException {
    Thread looking = Thread.ofPlatform().daemon().name("place").start(() -> found = place.get());
    looking.join(GRACE);
  }

  private synchronized void awaitExpiry() throws InterruptedException {
    while (true) {
      if (deadline == NONE) {
        wait();
        continue;
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        deadline = NONE;
        return;
      }
      wait(left);
    }
  }
}
