package dev.mergefarm.merge.execution;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.method.Slab;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A slab that is too large for a worker's piece and is read as it is loaded. */
record StreamedSlab(
    TensorStreams streams, BlockMath math, Cancellation cancellation, long first, int length)
    implements Slab {

  @Override
  public void load(int input, int offset, int count, float[] target) {
    DataType type = streams.stream(input).dataType();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment buffer = arena.allocate((long) count * type.bytes(), Long.BYTES);
      MemorySegment read = streams.read(input, first + offset, count, buffer);
      math.decode(type, read, 0, target, count);
    }
  }
}
