package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** A tensor while a merge is planned: its type and shape are known, its bytes cannot be read. */
record HeaderBlocks(TensorOrigin origin) implements TensorBlocks {

  @Override
  public DataType dataType() {
    return origin.dataType();
  }

  @Override
  public Shape shape() {
    return origin.shape();
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    throw new IllegalStateException("a plan reads no tensors");
  }
}
