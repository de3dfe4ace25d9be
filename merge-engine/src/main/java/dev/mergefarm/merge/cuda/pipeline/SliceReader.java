package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.method.TensorBlocks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Fills slots: many threads read parts of a slice at the same time. */
final class SliceReader {

  /** Elements that fill whole bytes whatever their type. */
  private static final long WHOLE = 64;

  private final ExecutorService readers;
  private final RunControl control;
  private final long partBytes;

  /**
   * @param partBytes what one thread reads at a time
   */
  SliceReader(ExecutorService readers, RunControl control, long partBytes) {
    this.readers = readers;
    this.control = control;
    this.partBytes = partBytes;
  }

  /** Reads every stream of a slice to its place in pinned memory, and waits for it. */
  void read(Slicing slicing, int slice, MemorySegment target) {
    List<Future<?>> parts = new ArrayList<>();
    for (int stream = 0; stream < slicing.streams().size(); stream++) {
      MemorySegment place =
          target.asSlice(slicing.offset(stream, slice), slicing.bytes(stream, slice));
      split(slicing, stream, slice, place, parts);
    }
    await(parts);
  }

  private void split(
      Slicing slicing, int stream, int slice, MemorySegment place, List<Future<?>> parts) {
    TensorBlocks blocks = slicing.streams().get(stream);
    long count = slicing.elements(slice);
    long most = partBytes * Byte.SIZE / blocks.dataType().bits() / WHOLE * WHOLE;
    for (long start = 0; start < count; start += most) {
      long first = slicing.first(slice) + start;
      long bytes = blocks.dataType().bytesFor(Math.min(most, count - start));
      MemorySegment part = place.asSlice(blocks.dataType().bytesFor(start), bytes);
      parts.add(
          readers.submit(
              () -> {
                control.throwIfOver();
                blocks.read(first, part);
              }));
    }
  }

  /** All parts are waited for even when one fails, since they write into the slot. */
  private static void await(List<Future<?>> parts) {
    Throwable failure = null;
    boolean interrupted = false;
    for (Future<?> part : parts) {
      while (true) {
        try {
          part.get();
        } catch (InterruptedException e) {
          interrupted = true;
          continue;
        } catch (ExecutionException e) {
          failure = failure == null ? e.getCause() : failure;
        }
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      rethrow(failure);
    }
  }

  static void rethrow(Throwable failure) {
    switch (failure) {
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default -> throw new MergefarmException(ErrorCode.INTERNAL, "A merge failed.", failure);
    }
  }
}
