package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceEvent;
import dev.mergefarm.merge.cuda.DeviceMemory;
import dev.mergefarm.merge.cuda.PinnedMemory;

/**
 * Room for a slice on both sides of the bus, and the events of the two steps that use it: for
 * inputs the copy to the device and the computing, for output the computing and the copy back.
 */
final class Slot implements AutoCloseable {

  private final Device device;
  private final EventPair first;
  private final EventPair second;
  private final DeviceEvent left;
  private PinnedMemory pinned;
  private DeviceMemory memory;
  private String tensor = "";
  private long bytes;
  private boolean stepped;

  Slot(Device device, long capacity) {
    this.device = device;
    pinned = device.allocatePinned(capacity);
    try {
      memory = device.allocate(capacity);
    } catch (RuntimeException failure) {
      pinned.close();
      throw failure;
    }
    first = EventPair.open(device);
    second = EventPair.open(device);
    left = device.openEvent();
  }

  /**
   * Takes a free slot for some bytes of a tensor; rows of unusual length make it larger.
   *
   * @throws dev.mergefarm.common.MergefarmException {@code DEVICE_MEMORY} where it cannot grow; it
   *     is then as it was
   */
  void use(String name, long count) {
    if (memory.bytes() < count) {
      DeviceMemory larger = device.allocate(count);
      memory.close();
      memory = larger;
    }
    if (pinned.segment().byteSize() < count) {
      PinnedMemory larger = device.allocatePinned(count);
      pinned.close();
      pinned = larger;
    }
    tensor = name;
    bytes = count;
    stepped = false;
  }

  /** Whose bytes it holds. */
  String tensor() {
    return tensor;
  }

  /** How many of them. */
  long bytes() {
    return bytes;
  }

  PinnedMemory pinned() {
    return pinned;
  }

  DeviceMemory memory() {
    return memory;
  }

  EventPair first() {
    return first;
  }

  EventPair second() {
    return second;
  }

  /** Reached when no enqueued work uses the slot's inputs any more. */
  DeviceEvent left() {
    return left;
  }

  /** Whether the second step has been enqueued for what the slot holds. */
  boolean stepped() {
    return stepped;
  }

  /** Says that both events of the second step have been recorded. */
  void step() {
    stepped = true;
  }

  @Override
  public void close() {
    first.close();
    second.close();
    left.close();
    memory.close();
    pinned.close();
  }
}
