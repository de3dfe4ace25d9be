package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceMemory;
import java.util.Optional;

/**
 * Memory for tensors that stay on a device between stages: at most so much at a time. Tensors are
 * let in in order, so the one that waits is always next.
 */
final class ResidentLedger {

  private final Device device;
  private final long limit;
  private final RunControl control;
  private long used;

  ResidentLedger(Device device, long limit, RunControl control) {
    this.device = device;
    this.limit = limit;
    this.control = control;
  }

  /** A tensor's place; give it back with {@link #release}. */
  record Lease(DeviceMemory memory, long reserved) {}

  /**
   * Waits for room, or says at once that there will never be.
   *
   * @param bytes the tensor's inputs
   * @param extra what its kernels take beside them
   */
  Optional<Lease> acquire(long bytes, long extra) {
    long reserved = bytes + extra;
    if (reserved > limit) {
      return Optional.empty();
    }
    control.await(
        () -> {
          if (used + reserved > limit) {
            return Optional.empty();
          }
          used += reserved;
          return Optional.of(reserved);
        });
    try {
      return Optional.of(new Lease(device.allocate(bytes), reserved));
    } catch (RuntimeException failure) {
      control.change(() -> used -= reserved);
      throw failure;
    }
  }

  void release(Lease lease) {
    lease.memory().close();
    control.change(() -> used -= lease.reserved());
  }
}
