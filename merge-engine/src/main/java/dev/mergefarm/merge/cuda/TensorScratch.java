package dev.mergefarm.merge.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/** What one tensor's stages take of a device's memory, until they are all done. */
final class TensorScratch implements AutoCloseable {

  private final Device device;
  private final DeviceStream stream;
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final Map<float[], DeviceMemory> tables = new IdentityHashMap<>();
  private final Map<Object, Kept> kept = new HashMap<>();
  private Optional<DeviceMemory> temporary = Optional.empty();

  /** Memory that stages share, and the slices for which it holds something. */
  private record Kept(DeviceMemory memory, Set<Long> filled) {}

  TensorScratch(Device device, DeviceStream stream) {
    this.device = device;
    this.stream = stream;
  }

  /** Memory until the tensor is done or {@link #release}. */
  DeviceMemory allocate(long bytes) {
    DeviceMemory memory = device.allocate(bytes);
    owned.add(memory);
    return memory;
  }

  /** Gives memory back that no enqueued work uses any more. */
  void release(DeviceMemory memory) {
    owned.remove(memory);
    memory.close();
  }

  long table(float[] values) {
    return tables.computeIfAbsent(values, this::upload).address();
  }

  private DeviceMemory upload(float[] values) {
    long bytes = (long) values.length * Float.BYTES;
    PinnedMemory staging = device.allocatePinned(Math.max(1, bytes));
    owned.add(staging);
    DeviceMemory memory = allocate(Math.max(1, bytes));
    MemorySegment segment = staging.segment().asSlice(0, bytes);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    if (bytes > 0) {
      device.copyIn(segment, memory.address(), stream);
    }
    return memory;
  }

  /** The same memory again where it is large enough: launches that use it run in order. */
  long temporary(long bytes) {
    if (temporary.isEmpty() || temporary.get().bytes() < bytes) {
      temporary = Optional.of(allocate(bytes));
    }
    return temporary.get().address();
  }

  long kept(Object key, long bytes, long slice, LongConsumer fill) {
    Kept memory = kept.computeIfAbsent(key, unused -> zeroed(bytes));
    if (memory.filled().add(slice)) {
      fill.accept(memory.memory().address());
    }
    return memory.memory().address();
  }

  private Kept zeroed(long bytes) {
    DeviceMemory memory = allocate(bytes);
    device.fill(memory.address(), bytes, (byte) 0, stream);
    return new Kept(memory, new HashSet<>());
  }

  @Override
  public void close() {
    for (AutoCloseable one : owned) {
      switch (one) {
        case DeviceMemory memory -> memory.close();
        case PinnedMemory memory -> memory.close();
        default -> throw new IllegalStateException("not memory: " + one);
      }
    }
    owned.clear();
  }
}
