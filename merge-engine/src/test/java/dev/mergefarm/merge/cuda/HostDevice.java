package dev.mergefarm.merge.cuda;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The kernels compiled for this machine. Work is done at once, so streams and events have nothing
 * to wait for. Memory is poisoned when it is handed out and when it comes back, and surrounded by
 * bytes that must not change; copies outside of it are refused.
 */
public final class HostDevice implements Device {

  private static final long GUARD = 256;
  private static final byte POISON = (byte) 0xa9;
  private static final byte GUARDED = (byte) 0x5c;

  /** Kernels that lack a barrier give something else in another order. */
  public enum Order {
    FORWARDS,
    BACKWARDS,
    /** One launch forwards, the next backwards. */
    CHANGING
  }

  private final Arena library = Arena.ofShared();
  private final MethodHandle launch;
  private final Order order;
  private final long budget;
  private final int multiprocessors;
  private final TreeMap<Long, Memory> memory = new TreeMap<>();
  private final Set<AutoCloseable> open = new HashSet<>();
  private long allocated;
  private long launches;

  /**
   * @param kernels the library
   * @param order in which the threads of a block run
   */
  public HostDevice(Path kernels, Order order, long budget, int multiprocessors) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(kernels, library);
    launch =
        Linker.nativeLinker()
            .downcallHandle(
                symbols.find("mergefarm_launch").orElseThrow(),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT));
    this.order = order;
    this.budget = budget;
    this.multiprocessors = multiprocessors;
  }

  /** A device of two processors with a gibibyte, whose threads change their order. */
  public HostDevice(Path kernels) {
    this(kernels, Order.CHANGING, 1L << 30, 2);
  }

  @Override
  public String name() {
    return "kernels compiled for this machine";
  }

  @Override
  public long memoryBudget() {
    return budget;
  }

  @Override
  public int multiprocessors() {
    return multiprocessors;
  }

  @Override
  public int sharedMemoryPerBlock() {
    return 99 << 10;
  }

  /** Kernels that were launched. */
  public long launches() {
    return launches;
  }

  /** What has been handed out and not been given back. */
  public int leases() {
    return memory.size() + open.size();
  }

  @Override
  public synchronized DeviceMemory allocate(long bytes) {
    if (allocated + bytes > budget) {
      throw new MergefarmException(
          ErrorCode.DEVICE_MEMORY, bytes + " bytes beside " + allocated + " of " + budget);
    }
    allocated += bytes;
    Memory lease = new Memory(Arena.ofShared(), bytes);
    memory.put(lease.address(), lease);
    return lease;
  }

  private final class Memory implements DeviceMemory {

    private final Arena arena;
    private final MemorySegment whole;
    private final long bytes;

    Memory(Arena arena, long bytes) {
      this.arena = arena;
      this.bytes = bytes;
      whole = arena.allocate(bytes + 2 * GUARD, 256);
      whole.fill(GUARDED);
      content().fill(POISON);
    }

    MemorySegment content() {
      return whole.asSlice(GUARD, bytes);
    }

    @Override
    public long address() {
      return whole.address() + GUARD;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public void close() {
      synchronized (HostDevice.this) {
        if (memory.remove(address()) == null) {
          throw new IllegalStateException("memory given back twice");
        }
        allocated -= bytes;
      }
      for (long i = 0; i < GUARD; i++) {
        if (whole.get(ValueLayout.JAVA_BYTE, i) != GUARDED
            || whole.get(ValueLayout.JAVA_BYTE, GUARD + bytes + i) != GUARDED) {
          throw new IllegalStateException("a kernel wrote outside of its memory");
        }
      }
      whole.fill(POISON);
      arena.close();
    }
  }

  /** A stretch of the memory handed out. */
  private synchronized MemorySegment at(long address, long bytes) {
    Map.Entry<Long, Memory> entry = memory.floorEntry(address);
    if (entry == null || address + bytes > entry.getKey() + entry.getValue().bytes()) {
      throw new IllegalArgumentException(bytes + " bytes that are not allocated");
    }
    return entry.getValue().content().asSlice(address - entry.getKey(), bytes);
  }

  @Override
  public synchronized PinnedMemory allocatePinned(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment segment = arena.allocate(bytes, 64);
    segment.fill(POISON);
    PinnedMemory pinned =
        new PinnedMemory() {
          @Override
          public MemorySegment segment() {
            return segment;
          }

          @Override
          public void close() {
            forget(this);
            arena.close();
          }
        };
    open.add(pinned);
    return pinned;
  }

  private synchronized void forget(AutoCloseable lease) {
    if (!open.remove(lease)) {
      throw new IllegalStateException("given back twice: " + lease);
    }
  }

  @Override
  public synchronized DeviceStream openStream() {
    DeviceStream stream =
        new DeviceStream() {
          @Override
          public void record(DeviceEvent event) {
            ((Event) event).nanoseconds = System.nanoTime();
          }

          @Override
          public void await(DeviceEvent event) {}

          @Override
          public void synchronize() {}

          @Override
          public void close() {
            forget(this);
          }
        };
    open.add(stream);
    return stream;
  }

  @Override
  public synchronized DeviceEvent openEvent() {
    Event event = new Event();
    open.add(event);
    return event;
  }

  private final class Event implements DeviceEvent {

    private long nanoseconds;

    @Override
    public boolean reached() {
      return true;
    }

    @Override
    public void synchronize() {}

    @Override
    public float millisecondsSince(DeviceEvent earlier) {
      return (nanoseconds - ((Event) earlier).nanoseconds) / 1e6f;
    }

    @Override
    public void close() {
      forget(this);
    }
  }

  @Override
  public void copyIn(MemorySegment source, long target, DeviceStream stream) {
    at(target, source.byteSize()).copyFrom(source);
  }

  @Override
  public void copyOut(long source, MemorySegment target, DeviceStream stream) {
    target.copyFrom(at(source, target.byteSize()));
  }

  @Override
  public void copy(long source, long target, long bytes, DeviceStream stream) {
    at(target, bytes).copyFrom(at(source, bytes));
  }

  @Override
  public void fill(long target, long bytes, byte value, DeviceStream stream) {
    at(target, bytes).fill(value);
  }

  @Override
  public void launch(
      String kernel, LaunchShape shape, MemorySegment parameters, DeviceStream stream) {
    int outcome;
    try (Arena arena = Arena.ofConfined()) {
      outcome =
          (int)
              launch.invokeExact(
                  arena.allocateFrom(kernel),
                  shape.blocks(),
                  shape.threads(),
                  shape.sharedBytes(),
                  parameters,
                  nextIsBackwards() ? 1 : 0);
    } catch (Throwable failure) {
      throw new IllegalStateException("the kernel could not be called", failure);
    }
    if (outcome != 0) {
      throw new MergefarmException(
          ErrorCode.DEVICE_FAILED,
          outcome == 1
              ? "there is no kernel " + kernel
              : "threads of " + kernel + " wait for each other for ever");
    }
  }

  private synchronized boolean nextIsBackwards() {
    launches++;
    return switch (order) {
      case FORWARDS -> false;
      case BACKWARDS -> true;
      case CHANGING -> launches % 2 == 0;
    };
  }

  @Override
  public synchronized void close() {
    if (leases() > 0) {
      throw new IllegalStateException(leases() + " leases were not given back");
    }
    library.close();
  }
}
