package dev.mergefarm.merge.cuda.report;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Tensors of bfloat16 that lie somewhere as they are, without a checkpoint around them. */
sealed interface RawBlocks extends TensorBlocks {

  @Override
  default DataType dataType() {
    return DataType.BF16;
  }

  /** In this machine's memory. */
  record InMemory(Shape shape, MemorySegment content) implements RawBlocks {
    @Override
    public void read(long firstElement, MemorySegment target) {
      MemorySegment.copy(content, dataType().bytesFor(firstElement), target, 0, target.byteSize());
    }
  }

  /**
   * In a file.
   *
   * @param offset of the first element
   */
  record InFile(Shape shape, FileChannel file, long offset) implements RawBlocks {
    @Override
    public void read(long firstElement, MemorySegment target) {
      ByteBuffer buffer = target.asByteBuffer();
      long position = offset + dataType().bytesFor(firstElement);
      try {
        while (buffer.hasRemaining()) {
          int count = file.read(buffer, position + buffer.position());
          if (count < 0) {
            throw new IOException("the file ends early");
          }
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
