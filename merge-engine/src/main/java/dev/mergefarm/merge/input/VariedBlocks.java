package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** A weight that is varied while it is read, in float32. */
record VariedBlocks(TensorBlocks weight, Variation variation) implements TensorBlocks {

  @Override
  public DataType dataType() {
    return DataType.F32;
  }

  @Override
  public Shape shape() {
    return weight.shape();
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    int count = Math.toIntExact(target.byteSize() / Float.BYTES);
    float[] values = FloatCodec.read(weight, firstElement, count);
    variation.apply(values, firstElement);
    FloatCodec.encode(values, DataType.F32, target);
  }
}
