package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.kernel.PlainBlockMath;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A tensor in memory.
 *
 * @param content all elements as a checkpoint stores them
 */
record MemoryBlocks(DataType dataType, Shape shape, MemorySegment content) implements TensorBlocks {

  /** Values rounded to an element type. */
  static MemoryBlocks of(DataType type, Shape shape, float[] values) {
    MemorySegment content = Arena.ofAuto().allocate(type.bytesFor(values.length), Long.BYTES);
    new PlainBlockMath().encode(type, values, content, 0, values.length);
    return new MemoryBlocks(type, shape, content);
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    long offset = dataType.bytesFor(firstElement);
    MemorySegment.copy(content, offset, target, 0, target.byteSize());
  }
}
