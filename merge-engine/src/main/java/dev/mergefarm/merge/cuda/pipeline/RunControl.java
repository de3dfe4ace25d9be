package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.Cancellation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One lock for everything that the threads of a run hand to each other, so that a failure or a
 * cancellation wakes them all. What is handed over are slots, a few hundred a second.
 */
final class RunControl {

  /** How often waiting threads look whether the run has been cancelled. */
  private static final long PATIENCE_MILLISECONDS = 50;

  private final Cancellation cancellation;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Throwable failure;

  RunControl(Cancellation cancellation) {
    this.cancellation = cancellation;
  }

  /** Thrown in a thread whose run has failed elsewhere; says nothing itself. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stopped() {
      super("the run has failed elsewhere", null, false, false);
    }
  }

  /** Waits until there is something. Called again whenever anything was handed over. */
  <T> T await(Supplier<Optional<T>> attempt) {
    lock.lock();
    try {
      while (true) {
        throwIfOver();
        Optional<T> found = attempt.get();
        if (found.isPresent()) {
          changed.signalAll();
          return found.get();
        }
        awaitChange();
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitChange() {
    try {
      changed.await(PATIENCE_MILLISECONDS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      changed.awaitUninterruptibly();
    }
  }

  /** Changes something that others wait for. */
  void change(Runnable action) {
    lock.lock();
    try {
      action.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** To be called between pieces of work. */
  void throwIfOver() {
    lock.lock();
    try {
      if (failure != null) {
        throw new Stopped();
      }
    } finally {
      lock.unlock();
    }
    cancellation.throwIfCancelled();
  }

  Cancellation cancellation() {
    return cancellation;
  }

  /** Ends the run; the first failure counts. */
  void fail(Throwable cause) {
    change(
        () -> {
          if (failure == null && !(cause instanceof Stopped)) {
            failure = cause;
          }
        });
  }

  /** What ended the run before its time. */
  Optional<Throwable> failure() {
    lock.lock();
    try {
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }

  /** A queue within the run. */
  <T> Handover<T> queue(int capacity) {
    return new Handover<>(capacity);
  }

  /** A queue whose ends wait for each other. */
  final class Handover<T> {
    private final int capacity;
    private final Deque<T> items = new ArrayDeque<>();

    private Handover(int capacity) {
      this.capacity = capacity;
    }

    void put(T item) {
      await(
          () -> {
            if (items.size() >= capacity) {
              return Optional.empty();
            }
            items.addLast(item);
            return Optional.of(item);
          });
    }

    T take() {
      return await(() -> Optional.ofNullable(items.pollFirst()));
    }

    /** The next item, left where it is. */
    T peek() {
      return await(() -> Optional.ofNullable(items.peekFirst()));
    }
  }
}
