package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** A tensor with a multiple of another added while it is read, in float32. */
record ShiftedBlocks(TensorBlocks weight, TensorBlocks change, double scale, DataType dataType)
    implements TensorBlocks {

  @Override
  public Shape shape() {
    return weight.shape();
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    int count = Math.toIntExact(target.byteSize() / dataType.bytes());
    float[] values = FloatCodec.read(weight, firstElement, count);
    float[] changes = FloatCodec.read(change, firstElement, count);
    for (int i = 0; i < count; i++) {
      values[i] += (float) (scale * changes[i]);
    }
    FloatCodec.encode(values, dataType, target);
  }
}
