package dev.mergefarm.merge.execution;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorSink;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hands tasks of a sequence of tensors to workers and lets their output through in order. Tasks
 * that write are claimed in the order of the output, so the one whose turn it is is always being
 * worked on; reductions of later tensors fill the time between. A worker that finishes out of turn
 * leaves its output and goes on: whoever has the turn writes all that is ready behind it.
 */
final class MergeRun {

  /**
   * A stretch of one stage of one tensor.
   *
   * @param ticket place among all writing tasks; negative for a reduction's task
   * @param last whether it is the tensor's last stretch
   */
  record Task(TensorJob job, StageRun stage, long first, long end, long ticket, boolean last) {}

  /** What a finished task writes when its turn comes. */
  private record Ready(Task task, OutputBuffer buffer, MemorySegment block) {}

  private final Iterator<TensorMerge> merges;
  private final TensorSink sink;
  private final Cancellation cancellation;
  private final ResidentMemory memory;
  private final int pieceBytes;
  private final int mostActive;
  private final int mostWaiting;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<TensorJob> active = new ArrayDeque<>();
  private final List<OutputBuffer> buffers = new ArrayList<>();
  private final Deque<OutputBuffer> freeBuffers = new ArrayDeque<>();
  private final Map<Long, Ready> ready = new HashMap<>();
  private long tickets;
  private long turn;
  private boolean writing;
  private boolean exhausted;
  private Throwable failure;

  MergeRun(
      Iterator<TensorMerge> merges,
      TensorSink sink,
      Cancellation cancellation,
      ResidentMemory memory,
      ExecutionSettings settings) {
    this.merges = merges;
    this.sink = sink;
    this.cancellation = cancellation;
    this.memory = memory;
    this.pieceBytes = settings.pieceBytes();
    this.mostActive = settings.workers() + 1;
    this.mostWaiting = settings.mostWaiting();
  }

  /** The next task, waiting for one if need be; empty when the run is over or has failed. */
  Optional<Task> claim() {
    lock.lock();
    try {
      while (failure == null) {
        cancellation.throwIfCancelled();
        Optional<Task> task = available();
        if (task.isPresent()) {
          return task;
        }
        if (!admit()) {
          if (active.isEmpty()) {
            return Optional.empty();
          }
          changed.awaitUninterruptibly();
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Task> available() {
    boolean earlierMustWrite = tickets - turn >= mostWaiting;
    for (TensorJob job : active) {
      StageRun stage = job.current();
      boolean allowed = !(job.writing() && earlierMustWrite);
      if (stage.hasUnclaimed() && allowed) {
        return Optional.of(task(job, stage));
      }
      earlierMustWrite |= !job.writing() || stage.hasUnclaimed();
    }
    return Optional.empty();
  }

  private Task task(TensorJob job, StageRun stage) {
    Partition partition = stage.partition();
    long first = stage.claim() * partition.task();
    long end = Math.min(partition.elements(), first + partition.task());
    long ticket = job.writing() ? tickets++ : -1;
    return new Task(job, stage, first, end, ticket, !stage.hasUnclaimed());
  }

  private boolean admit() {
    if (exhausted || active.size() >= mostActive) {
      return false;
    }
    if (!merges.hasNext()) {
      exhausted = true;
      return false;
    }
    active.addLast(new TensorJob(merges.next(), memory, pieceBytes));
    changed.signalAll();
    return true;
  }

  void throwIfCancelled() {
    cancellation.throwIfCancelled();
  }

  Cancellation cancellation() {
    return cancellation;
  }

  /** Whether the run has failed, so that work on it is in vain. */
  boolean failed() {
    lock.lock();
    try {
      return failure != null;
    } finally {
      lock.unlock();
    }
  }

  /** Counts a reduction's task, and after its last one goes on to the next stage. */
  void reduced(Task task, StageRun.Reducing<?> stage) {
    lock.lock();
    try {
      if (stage.complete()) {
        task.job().advance(stage);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Room for a task's output; {@link #submit} or {@link #release} takes it back. */
  OutputBuffer buffer() {
    lock.lock();
    try {
      if (!freeBuffers.isEmpty()) {
        return freeBuffers.removeLast();
      }
      OutputBuffer buffer = new OutputBuffer();
      buffers.add(buffer);
      return buffer;
    } finally {
      lock.unlock();
    }
  }

  void release(OutputBuffer buffer) {
    lock.lock();
    try {
      freeBuffers.addLast(buffer);
    } finally {
      lock.unlock();
    }
  }

  /** Leaves the whole output of a task, and writes whatever has its turn. */
  void submit(Task task, OutputBuffer buffer, MemorySegment block) {
    lock.lock();
    try {
      ready.put(task.ticket(), new Ready(task, buffer, block));
    } finally {
      lock.unlock();
    }
    writeReady();
  }

  private void writeReady() {
    for (Optional<Ready> next = takeTurn(); next.isPresent(); next = takeTurn()) {
      write(next.get().task(), next.get().block());
      release(next.get().buffer());
      endTurn(next.get().task());
    }
  }

  private Optional<Ready> takeTurn() {
    lock.lock();
    try {
      if (writing || failure != null) {
        return Optional.empty();
      }
      Ready next = ready.remove(turn);
      writing = next != null;
      return Optional.ofNullable(next);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything before a task that writes as it goes has been written.
   *
   * @return false when the run has failed and nothing may be written
   */
  boolean awaitTurn(Task task) {
    lock.lock();
    try {
      while (turn != task.ticket() && failure == null) {
        changed.awaitUninterruptibly();
      }
      return failure == null;
    } finally {
      lock.unlock();
    }
  }

  /** Writes bytes of the task whose turn it is. */
  void write(Task task, MemorySegment block) {
    cancellation.throwIfCancelled();
    if (block.byteSize() > 0) {
      sink.write(task.job().tensor(), block);
    }
  }

  /** Ends the turn of a task that has written everything. */
  void written(Task task) {
    endTurn(task);
    writeReady();
  }

  private void endTurn(Task task) {
    if (task.last()) {
      sink.finished(task.job().tensor());
    }
    lock.lock();
    try {
      writing = false;
      turn++;
      if (task.last()) {
        active.remove(task.job());
        task.job().release();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the run; the first failure counts. */
  void fail(Throwable cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What ended the run, once no worker works on it any more; its memory is given back. */
  Optional<Throwable> close() {
    lock.lock();
    try {
      active.forEach(TensorJob::release);
      active.clear();
      buffers.forEach(OutputBuffer::close);
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }
}
