package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceEvent;
import dev.mergefarm.merge.cuda.DeviceMemory;
import dev.mergefarm.merge.cuda.DeviceStream;
import dev.mergefarm.merge.cuda.PinnedMemory;

/**
 * What a device's memory and bus can do, as measured: no merge can be faster. In bytes a second.
 *
 * @param copy within the device's memory, bytes read and bytes written both counted
 * @param in from this machine to the device
 * @param out from the device to this machine
 */
public record Ceilings(double copy, double in, double out) {

  private static final int ROUNDS = 10;

  /**
   * Measures.
   *
   * @param bytes of each copy
   */
  public static Ceilings measure(Device device, long bytes) {
    try (DeviceStream stream = device.openStream();
        DeviceMemory source = device.allocate(bytes);
        DeviceMemory target = device.allocate(bytes);
        PinnedMemory pinned = device.allocatePinned(bytes)) {
      device.fill(source.address(), bytes, (byte) 1, stream);
      pinned.segment().fill((byte) 2);
      double copy =
          seconds(
              device, stream, () -> device.copy(source.address(), target.address(), bytes, stream));
      double in =
          seconds(device, stream, () -> device.copyIn(pinned.segment(), target.address(), stream));
      double out =
          seconds(device, stream, () -> device.copyOut(source.address(), pinned.segment(), stream));
      stream.synchronize();
      return new Ceilings(2 * bytes / copy, bytes / in, bytes / out);
    }
  }

  /** Time of one round on the device, after one that is not counted. */
  static double seconds(Device device, DeviceStream stream, Runnable work) {
    work.run();
    try (DeviceEvent start = device.openEvent();
        DeviceEvent end = device.openEvent()) {
      stream.record(start);
      for (int i = 0; i < ROUNDS; i++) {
        work.run();
      }
      stream.record(end);
      end.synchronize();
      return Math.max(end.millisecondsSince(start), 1e-6) / 1e3 / ROUNDS;
    }
  }
}
