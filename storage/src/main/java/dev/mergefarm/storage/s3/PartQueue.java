package dev.mergefarm.storage.s3;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import io.minio.messages.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sends parts from a fixed number of buffers, which bounds what is on its way. One writer. */
final class PartQueue implements AutoCloseable {

  /** Sends one part and says what the server calls it. */
  @FunctionalInterface
  interface Sender {
    Part send(int number, byte[] content, int bytes);
  }

  static final int AT_ONCE = 4;

  private final Sender sender;
  private final int partSize;
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(AT_ONCE);
  private final List<Future<Part>> sent = new ArrayList<>();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private int buffers;

  PartQueue(Sender sender, int partSize) {
    this.sender = sender;
    this.partSize = partSize;
  }

  /** An empty buffer, made or waited for. Fails as soon as a part has failed. */
  byte[] takeBuffer() {
    for (Future<Part> part : sent) {
      if (part.state() == Future.State.FAILED) {
        join(part);
      }
    }
    if (buffers < AT_ONCE && free.isEmpty()) {
      buffers++;
      return new byte[partSize];
    }
    try {
      return free.take();
    } catch (InterruptedException interrupted) {
      throw cancelled(interrupted);
    }
  }

  /** Sends what a buffer holds; the buffer is free afterwards. */
  void submit(byte[] content, int bytes) {
    int number = sent.size() + 1;
    sent.add(
        executor.submit(
            () -> {
              try {
                return sender.send(number, content, bytes);
              } finally {
                free.add(content);
              }
            }));
  }

  /** All parts in order, once they are sent. */
  List<Part> awaitAll() {
    return sent.stream().map(PartQueue::join).toList();
  }

  /** Stops what is still on its way. */
  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static Part join(Future<Part> part) {
    try {
      return part.get();
    } catch (InterruptedException interrupted) {
      throw cancelled(interrupted);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof MergefarmException known) {
        throw known;
      }
      throw new MergefarmException(ErrorCode.INTERNAL, "A part failed.", failure.getCause());
    }
  }

  private static MergefarmException cancelled(InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    return new MergefarmException(
        ErrorCode.CANCELLED, "Interrupted while sending parts.", interrupted);
  }
}
