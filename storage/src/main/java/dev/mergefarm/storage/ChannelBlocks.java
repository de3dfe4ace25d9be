package dev.mergefarm.storage;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Moves memory segments of any kind and length through a file channel. Native memory goes straight
 * to the system; heap memory goes through one block of {@value #HEAP_BLOCK} bytes, because the
 * channel would otherwise keep a native copy as large as the largest request of each thread.
 */
final class ChannelBlocks {

  static final int HEAP_BLOCK = 1 << 20;
  private static final long NATIVE_BLOCK = 1L << 30;

  private ChannelBlocks() {}

  static void read(FileChannel channel, long offset, MemorySegment target, String key)
      throws IOException {
    if (target.isNative()) {
      long done = 0;
      while (done < target.byteSize()) {
        long step = Math.min(NATIVE_BLOCK, target.byteSize() - done);
        fill(channel, offset + done, target.asSlice(done, step).asByteBuffer(), key);
        done += step;
      }
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(Math.min(HEAP_BLOCK, target.byteSize()));
      for (long done = 0; done < target.byteSize(); done += block.byteSize()) {
        long step = Math.min(block.byteSize(), target.byteSize() - done);
        fill(channel, offset + done, block.asSlice(0, step).asByteBuffer(), key);
        MemorySegment.copy(block, 0, target, done, step);
      }
    }
  }

  static void append(FileChannel channel, MemorySegment source) throws IOException {
    if (source.isNative()) {
      for (long done = 0; done < source.byteSize(); ) {
        long step = Math.min(NATIVE_BLOCK, source.byteSize() - done);
        drain(channel, source.asSlice(done, step).asByteBuffer());
        done += step;
      }
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(Math.min(HEAP_BLOCK, source.byteSize()));
      for (long done = 0; done < source.byteSize(); done += block.byteSize()) {
        long step = Math.min(block.byteSize(), source.byteSize() - done);
        MemorySegment.copy(source, done, block, 0, step);
        drain(channel, block.asSlice(0, step).asByteBuffer());
      }
    }
  }

  private static void fill(FileChannel channel, long offset, ByteBuffer buffer, String key)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new MergefarmException(
            ErrorCode.RANGE_NOT_IN_OBJECT,
            "'%s' ends at byte %d; bytes up to %d were asked for."
                .formatted(key, channel.size(), offset + buffer.limit()));
      }
    }
  }

  private static void drain(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
