package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceEvent;
import dev.mergefarm.merge.cuda.DeviceMemory;
import dev.mergefarm.merge.cuda.DeviceStream;
import dev.mergefarm.merge.cuda.LaunchShape;
import dev.mergefarm.merge.cuda.PinnedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalLong;
import jcuda.driver.JCudaDriver;

/** Small programs for a JVM with the stand-in driver; the first argument names one. */
final class DriverScenarios {

  private static final int BYTES = 1000;

  private DriverScenarios() {}

  public static void main(String[] arguments) {
    if (arguments[0].equals("probe")) {
      System.out.println(DriverProbe.ofThisMachine());
      return;
    }
    JCudaDevice device = open(0, OptionalLong.empty());
    switch (arguments[0]) {
      case "roundTrip" -> System.out.println(roundTrip(device));
      case "earlyRead" -> earlyRead(device);
      case "earlyWrite" -> earlyWrite(device);
      case "leak" -> leak(device);
      case "freeTwice" -> freeTwice(device);
      case "useAfterFree" -> useAfterFree(device);
      case "copyPastEnd" -> copyPastEnd(device);
      case "kernelPastEnd" -> kernelPastEnd(device);
      case "failingKernel" -> failingKernel(device);
      case "unorderedStreams" -> unorderedStreams(device);
      case "pageableCopy" -> pageableCopy(device);
      case "foreignMemory" -> foreignMemory(device);
      case "pool" -> pool(device);
      case "threads" -> threads(device);
      case "budget" -> System.out.println(device.memoryBudget());
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    if (!List.of("leak", "failingKernel").contains(arguments[0])) {
      device.close();
    }
  }

  private static JCudaDevice open(int ordinal, OptionalLong budget) {
    DriverProbe.Found found = (DriverProbe.Found) DriverProbe.ofThisMachine();
    return JCudaDevice.open(found.devices().get(ordinal), StandInDriver.image(), budget);
  }

  private static void increment(
      Device device, String kernel, long address, long count, DeviceStream stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(Device.LARGEST_PARAMETERS, Long.BYTES);
      parameters.set(ValueLayout.JAVA_LONG, 0, address);
      parameters.set(ValueLayout.JAVA_LONG, Long.BYTES, count);
      device.launch(kernel, new LaunchShape(2, 64, 0), parameters, stream);
    }
  }

  /** Whether bytes come back with 1 added, and time does not run backwards. */
  private static boolean roundTrip(Device device) {
    try (DeviceStream stream = device.openStream();
        DeviceStream other = device.openStream();
        DeviceEvent start = device.openEvent();
        DeviceEvent end = device.openEvent();
        DeviceMemory memory = device.allocate(BYTES);
        DeviceMemory copy = device.allocate(BYTES);
        PinnedMemory source = device.allocatePinned(BYTES);
        PinnedMemory target = device.allocatePinned(BYTES)) {
      source.segment().fill((byte) 41);
      stream.record(start);
      device.copyIn(source.segment(), memory.address(), stream);
      increment(device, "increment", memory.address(), BYTES, stream);
      device.fill(memory.address(), 1, (byte) 42, stream);
      device.copy(memory.address(), copy.address(), BYTES, stream);
      stream.record(end);
      other.await(end);
      device.copyOut(copy.address(), target.segment(), other);
      other.synchronize();
      MemorySegment expected = source.segment().fill((byte) 42);
      return end.reached()
          && end.millisecondsSince(start) >= 0
          && expected.mismatch(target.segment()) == -1;
    }
  }

  /** Prints what a host sees that does not wait. */
  private static void earlyRead(Device device) {
    try (DeviceStream stream = device.openStream();
        DeviceMemory memory = device.allocate(BYTES);
        PinnedMemory target = device.allocatePinned(BYTES)) {
      device.fill(memory.address(), BYTES, (byte) 7, stream);
      device.copyOut(memory.address(), target.segment(), stream);
      System.out.print(Byte.toUnsignedInt(target.segment().get(ValueLayout.JAVA_BYTE, 0)));
      stream.synchronize();
      System.out.println(" then " + target.segment().get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  private static void earlyWrite(Device device) {
    try (DeviceStream stream = device.openStream();
        DeviceMemory memory = device.allocate(BYTES);
        PinnedMemory source = device.allocatePinned(BYTES)) {
      device.copyIn(source.segment(), memory.address(), stream);
      source.segment().set(ValueLayout.JAVA_BYTE, BYTES - 1, (byte) 1);
    }
  }

  private static void leak(Device device) {
    device.allocate(BYTES);
    device.allocatePinned(BYTES);
    device.openStream();
    device.openEvent();
  }

  private static void freeTwice(JCudaDevice device) {
    device.enter();
    Addresses.Allocated pointer = new Addresses.Allocated();
    DriverCalls.check(JCudaDriver.cuMemAlloc(pointer, BYTES), "cuMemAlloc");
    DriverCalls.check(JCudaDriver.cuMemFree(pointer), "cuMemFree");
    refused(() -> DriverCalls.check(JCudaDriver.cuMemFree(pointer), "cuMemFree"));
  }

  private static void useAfterFree(JCudaDevice device) {
    device.enter();
    Addresses.Allocated pointer = new Addresses.Allocated();
    DriverCalls.check(JCudaDriver.cuMemAlloc(pointer, BYTES), "cuMemAlloc");
    DriverCalls.check(JCudaDriver.cuMemFree(pointer), "cuMemFree");
    try (DeviceStream stream = device.openStream()) {
      refused(() -> increment(device, "increment", pointer.address(), BYTES, stream));
    }
  }

  private static void copyPastEnd(Device device) {
    try (DeviceStream stream = device.openStream();
        DeviceMemory memory = device.allocate(BYTES);
        PinnedMemory source = device.allocatePinned(BYTES)) {
      refused(() -> device.copyIn(source.segment(), memory.address() + 100, stream));
    }
  }

  private static void kernelPastEnd(Device device) {
    try (DeviceStream stream = device.openStream();
        DeviceMemory memory = device.allocate(BYTES / 512 * 512)) {
      increment(device, "overrun", memory.address(), memory.bytes(), stream);
    }
  }

  private static void failingKernel(Device device) {
    DeviceStream stream = device.openStream();
    DeviceMemory memory = device.allocate(BYTES);
    increment(device, "fail", memory.address(), BYTES, stream);
    refused(stream::synchronize);
  }

  private static void unorderedStreams(Device device) {
    try (DeviceMemory memory = device.allocate(BYTES);
        DeviceStream stream = device.openStream();
        DeviceStream other = device.openStream()) {
      increment(device, "increment", memory.address(), BYTES, stream);
      increment(device, "increment", memory.address(), BYTES, other);
    }
  }

  private static void pageableCopy(Device device) {
    try (Arena arena = Arena.ofConfined();
        DeviceMemory memory = device.allocate(BYTES);
        DeviceStream stream = device.openStream()) {
      device.copyIn(arena.allocate(BYTES), memory.address(), stream);
      stream.synchronize();
    }
  }

  private static void foreignMemory(Device device) {
    try (JCudaDevice second = open(1, OptionalLong.empty());
        DeviceMemory memory = second.allocate(BYTES);
        DeviceStream stream = device.openStream()) {
      refused(() -> device.fill(memory.address(), BYTES, (byte) 0, stream));
    }
  }

  /** Prints how a pool of 10000 bytes answers. */
  private static void pool(Device unlimited) {
    try (JCudaDevice device = open(0, OptionalLong.of(10_000))) {
      DeviceMemory first = device.allocate(6_000);
      refused(() -> device.allocate(6_000));
      long address = first.address();
      first.close();
      first.close();
      try (DeviceMemory again = device.allocate(5_900)) {
        System.out.println(again.address() == address);
      }
      device.allocate(9_000).close();
    }
  }

  /** Several threads use two devices in turn. */
  private static void threads(JCudaDevice device) {
    try (JCudaDevice second = open(1, OptionalLong.empty())) {
      List<Thread> threads =
          List.of(device, second, device, second).stream()
              .map(
                  one ->
                      Thread.ofPlatform()
                          .start(
                              () -> {
                                for (int i = 0; i < 20; i++) {
                                  System.out.println(roundTrip(i % 2 == 0 ? one : device));
                                }
                              }))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void refused(Runnable action) {
    try {
      action.run();
    } catch (MergefarmException expected) {
      System.out.println(expected.code());
      return;
    }
    throw new AssertionError("the driver let it pass");
  }
}
