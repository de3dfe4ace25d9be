package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Tensors of one type, one after the other. */
final class JoinedBlocks implements TensorBlocks {

  private final Shape shape;
  private final List<TensorBlocks> parts;
  private final long[] starts;

  JoinedBlocks(Shape shape, List<TensorBlocks> parts) {
    this.shape = shape;
    this.parts = List.copyOf(parts);
    this.starts = new long[parts.size()];
    long start = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = start;
      start += parts.get(i).shape().elements();
    }
  }

  @Override
  public DataType dataType() {
    return parts.getFirst().dataType();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    int width = dataType().bytes();
    long count = target.byteSize() / width;
    long done = 0;
    int part = partOf(firstElement);
    while (done < count) {
      long within = firstElement + done - starts[part];
      long length = Math.min(count - done, parts.get(part).shape().elements() - within);
      if (length > 0) {
        parts.get(part).read(within, target.asSlice(done * width, length * width));
      }
      done += length;
      part++;
    }
  }

  private int partOf(long element) {
    int found = Arrays.binarySearch(starts, element);
    return found >= 0 ? found : -found - 2;
  }
}
