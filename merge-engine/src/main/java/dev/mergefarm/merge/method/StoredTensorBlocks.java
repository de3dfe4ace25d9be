package dev.mergefarm.merge.method;

import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A tensor as its checkpoint stores it. */
record StoredTensorBlocks(TensorSource source, TensorInfo info) implements TensorBlocks {

  StoredTensorBlocks {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(info, "info");
  }

  @Override
  public DataType dataType() {
    return info.dataType();
  }

  @Override
  public Shape shape() {
    return info.shape();
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    source.read(info, dataType().bytesFor(firstElement), target);
  }
}
