package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceEvent;
import dev.mergefarm.merge.cuda.DeviceStream;
import dev.mergefarm.merge.cuda.StageKernels;
import java.util.ArrayList;
import java.util.List;

/**
 * One device with what a pipeline over it needs: a stream for each direction and one for computing,
 * and a ring of slots each way. Opened once and used by one run after the other.
 */
final class DeviceLane implements AutoCloseable {

  /** All slots together take at most 3/8 of a device's budget. */
  private static final int SHARE_OF_SLOT = 16;

  /** Of what slots leave, this part is for tensors that stay; the rest for the kernels' own use. */
  private static final double RESIDENT_SHARE = 0.75;

  private static final long SMALLEST_SLOT = 1 << 16;

  private final Device device;
  private final StageKernels kernels;
  private final long slotBytes;
  private final List<Slot> uploads = new ArrayList<>();
  private final List<Slot> downloads = new ArrayList<>();
  private final DeviceStream upload;
  private final DeviceStream compute;
  private final DeviceStream download;
  private final DeviceEvent origin;
  private final long residentBytes;

  /**
   * @param device closed with the lane
   */
  DeviceLane(Device device, PipelineSettings settings) {
    this.device = device;
    kernels = new StageKernels(device);
    upload = device.openStream();
    compute = device.openStream();
    download = device.openStream();
    origin = device.openEvent();
    long wanted = Math.min(settings.slotBytes(), device.memoryBudget() / SHARE_OF_SLOT);
    slotBytes = openSlots(Slicing.aligned(Math.max(SMALLEST_SLOT, wanted)), settings.slots());
    long left = device.memoryBudget() - 2L * settings.slots() * slotBytes;
    residentBytes = Math.max(0, (long) (left * RESIDENT_SHARE));
  }

  /** Slots of half the size again and again where the device has less memory than it says. */
  private long openSlots(long bytes, int count) {
    try {
      for (int i = 0; i < count; i++) {
        uploads.add(new Slot(device, bytes));
        downloads.add(new Slot(device, bytes));
      }
      return bytes;
    } catch (MergefarmException failure) {
      closeSlots();
      if (failure.code() != ErrorCode.DEVICE_MEMORY || bytes / 2 < SMALLEST_SLOT) {
        close();
        throw failure;
      }
    }
    return openSlots(bytes / 2, count);
  }

  Device device() {
    return device;
  }

  String name() {
    return device.name();
  }

  StageKernels kernels() {
    return kernels;
  }

  /** What the inputs of a slice, and its output, may take. */
  long slotBytes() {
    return slotBytes;
  }

  /** Device memory for tensors that stay between stages. */
  long residentBytes() {
    return residentBytes;
  }

  List<Slot> uploads() {
    return uploads;
  }

  List<Slot> downloads() {
    return downloads;
  }

  DeviceStream upload() {
    return upload;
  }

  DeviceStream compute() {
    return compute;
  }

  DeviceStream download() {
    return download;
  }

  /** Pinned memory of all slots. */
  long pinnedBytes() {
    return (uploads.size() + downloads.size()) * slotBytes;
  }

  /** The event that a run's times on the device count from, reached now. */
  DeviceEvent markOrigin() {
    compute.record(origin);
    origin.synchronize();
    return origin;
  }

  /** Waits for the kernels and for the copies of their output; only the computing thread does. */
  void drainOutput() {
    compute.synchronize();
    download.synchronize();
  }

  /** Waits until nothing is under way. */
  void drain() {
    upload.synchronize();
    drainOutput();
  }

  private void closeSlots() {
    uploads.forEach(Slot::close);
    downloads.forEach(Slot::close);
    uploads.clear();
    downloads.clear();
  }

  @Override
  public void close() {
    closeSlots();
    origin.close();
    upload.close();
    compute.close();
    download.close();
    device.close();
  }
}
