package dev.mergefarm.merge.cuda.driver;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/** Between plain addresses and the objects that JCuda takes for them. */
final class Addresses {

  private Addresses() {}

  /** Native memory of this machine. */
  static Pointer ofHost(MemorySegment memory) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException("a device cannot reach memory on the heap");
    }
    return new HostPointer(memory.address());
  }

  /** An address on a device: JCuda makes such pointers only as distances from others. */
  static CUdeviceptr ofDevice(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }

  private static final class HostPointer extends Pointer {
    HostPointer(long address) {
      super(address);
    }
  }

  /** A pinned allocation, which tells where it is. */
  static final class Pinned extends Pointer {
    long address() {
      return getNativePointer();
    }
  }

  /** A device's allocation, which tells where it is. */
  static final class Allocated extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }
}
