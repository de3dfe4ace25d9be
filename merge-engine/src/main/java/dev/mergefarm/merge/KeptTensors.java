package dev.mergefarm.merge;

import dev.mergefarm.merge.plan.PeakMemory;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * Computed tensors that are read in parts, by the time of their last use: at most {@link
 * PeakMemory#KEPT_BYTES}, or the one tensor that is larger. Not thread safe.
 */
final class KeptTensors implements AutoCloseable {

  private final SequencedMap<String, Kept> tensors = new LinkedHashMap<>();
  private long bytes;

  private record Kept(Arena arena, MemorySegment memory) {}

  /** The tensor, valid until the next one is added. */
  Optional<MemorySegment> find(String name) {
    Kept kept = tensors.remove(name);
    if (kept == null) {
      return Optional.empty();
    }
    tensors.putLast(name, kept);
    return Optional.of(kept.memory);
  }

  /** Makes room for a tensor and has it filled. */
  MemorySegment add(TensorInfo tensor, Consumer<MemorySegment> fill) {
    Iterator<Kept> oldest = tensors.sequencedValues().iterator();
    while (oldest.hasNext() && bytes + tensor.bytes() > PeakMemory.KEPT_BYTES) {
      Kept dropped = oldest.next();
      bytes -= dropped.memory.byteSize();
      dropped.arena.close();
      oldest.remove();
    }
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = arena.allocate(tensor.bytes(), Long.BYTES);
      fill.accept(memory);
      tensors.putLast(tensor.name(), new Kept(arena, memory));
      bytes += tensor.bytes();
      return memory;
    } catch (RuntimeException failure) {
      arena.close();
      throw failure;
    }
  }

  @Override
  public void close() {
    tensors.values().forEach(kept -> kept.arena.close());
    tensors.clear();
    bytes = 0;
  }
}
