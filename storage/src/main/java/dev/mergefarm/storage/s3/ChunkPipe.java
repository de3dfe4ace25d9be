package dev.mergefarm.storage.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Carries a stream from the thread that makes it to the thread that sends it, through at most
 * {@value #CHUNKS} chunks of {@value #CHUNK} bytes. One writer and one reader.
 */
final class ChunkPipe {

  static final int CHUNK = 1 << 20;
  static final int CHUNKS = 4;

  /** Bytes to send; the array is given back after use. */
  record Chunk(byte[] bytes, int length) {}

  private final Deque<Chunk> filled = new ArrayDeque<>();
  private final Deque<byte[]> free = new ArrayDeque<>();
  private byte[] current;
  private int length;
  private int made;
  private boolean ended;
  private boolean broken;
  private boolean started;

  /**
   * Appends bytes, waiting for room.
   *
   * @return whether the reader is still there
   */
  boolean write(MemorySegment block) throws InterruptedException {
    for (long done = 0; done < block.byteSize(); ) {
      if (current == null && !takeFree()) {
        return false;
      }
      int step = (int) Math.min(CHUNK - length, block.byteSize() - done);
      MemorySegment.copy(block, ValueLayout.JAVA_BYTE, done, current, length, step);
      length += step;
      done += step;
      if (length == CHUNK) {
        handOver();
      }
    }
    return true;
  }

  /** No more bytes will come. */
  void end() {
    if (length > 0) {
      handOver();
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  /** The other side is gone: wakes both. */
  synchronized void breakOff() {
    broken = true;
    notifyAll();
  }

  /** Whether a reader has taken anything. */
  synchronized boolean started() {
    return started;
  }

  /**
   * Waits until there is something to take, or the end.
   *
   * @return false when the time is up before
   */
  synchronized boolean awaitNext(Duration longest) throws IOException {
    long end = System.nanoTime() + longest.toNanos();
    try {
      while (filled.isEmpty() && !ended && !broken) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        wait(left);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for bytes to send");
    }
    return true;
  }

  /** The next chunk, or null at the end. */
  synchronized Chunk take() throws IOException {
    started = true;
    try {
      while (filled.isEmpty() && !ended && !broken) {
        wait();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for bytes to send");
    }
    if (broken) {
      throw new IOException("the upload was given up");
    }
    return filled.poll();
  }

  synchronized void giveBack(Chunk chunk) {
    free.push(chunk.bytes());
    notifyAll();
  }

  private synchronized boolean takeFree() throws InterruptedException {
    while (free.isEmpty() && made == CHUNKS && !broken) {
      wait();
    }
    if (broken) {
      return false;
    }
    if (free.isEmpty()) {
      made++;
      current = new byte[CHUNK];
    } else {
      current = free.pop();
    }
    length = 0;
    return true;
  }

  private synchronized void handOver() {
    filled.add(new Chunk(current, length));
    current = null;
    length = 0;
    notifyAll();
  }
}
