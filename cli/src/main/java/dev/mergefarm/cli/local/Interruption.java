package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Cancels work on this machine when the process is asked to end (Ctrl-C), and gives it a moment to
 * clean up behind itself.
 */
public final class Interruption implements Cancellation, AutoCloseable {

  private static final int GRACE_SECONDS = 5;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::interrupt, "interruption");
  private volatile boolean cancelled;

  private Interruption() {}

  /** Starts watching; close when the work is over. */
  public static Interruption watch() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void interrupt() {
    cancelled = true;
    try {
      finished.await(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void close() {
    finished.countDown();
    if (!cancelled) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
