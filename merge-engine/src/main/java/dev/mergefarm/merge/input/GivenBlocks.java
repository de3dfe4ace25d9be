package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Numbers that lie in memory. */
record GivenBlocks(Shape shape, float[] values) implements TensorBlocks {

  @Override
  public DataType dataType() {
    return DataType.F32;
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    int first = Math.toIntExact(firstElement);
    int count = Math.toIntExact(target.byteSize() / Float.BYTES);
    FloatCodec.encode(Arrays.copyOfRange(values, first, first + count), DataType.F32, target);
  }
}
