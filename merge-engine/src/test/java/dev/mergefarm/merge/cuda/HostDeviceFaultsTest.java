package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The device of this machine finds the faults that it is there to find. */
class HostDeviceFaultsTest {

  private static final int THREADS = 64;

  private Path kernels;

  @BeforeEach
  void compileTheFaultyKernels() {
    Optional<Path> compiled =
        HostLibrary.compile("faulty-kernels", HostLibrary.PLATFORM.resolve("faulty_kernels.cpp"));
    assumeTrue(compiled.isPresent(), "no C++ compiler (g++): the kernels are not tested here");
    kernels = compiled.orElseThrow();
  }

  private HostDevice device(HostDevice.Order order) {
    return new HostDevice(kernels, order, 1 << 20, 1);
  }

  private static float[] launch(Device device, String kernel) {
    try (Arena arena = Arena.ofConfined();
        DeviceStream stream = device.openStream();
        DeviceMemory target = device.allocate(THREADS * Float.BYTES)) {
      MemorySegment parameters = arena.allocate(Device.LARGEST_PARAMETERS, Long.BYTES);
      parameters.set(ValueLayout.JAVA_LONG, 2 * Long.BYTES, target.address());
      device.launch(kernel, new LaunchShape(1, THREADS, THREADS * Float.BYTES), parameters, stream);
      MemorySegment found = arena.allocate(THREADS * Float.BYTES, Float.BYTES);
      device.copyOut(target.address(), found, stream);
      return found.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static void assertFails(ErrorCode code, ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            MergefarmException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  @Test
  void threadsThatWaitForEachOtherForEverAreAnError() {
    try (Device device = device(HostDevice.Order.FORWARDS)) {
      assertFails(ErrorCode.DEVICE_FAILED, () -> launch(device, "waits_for_ever"));
    }
  }

  @Test
  void aMissingBarrierShowsInTheOrderOfThreads() {
    try (Device forwards = device(HostDevice.Order.FORWARDS);
        Device backwards = device(HostDevice.Order.BACKWARDS)) {
      assertThat(launch(forwards, "lacks_a_barrier"))
          .isNotEqualTo(launch(backwards, "lacks_a_barrier"));
    }
  }

  @Test
  void writingOutsideOfItsMemoryIsAnError() {
    try (Device device = device(HostDevice.Order.FORWARDS)) {
      assertThatThrownBy(() -> launch(device, "writes_outside"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("outside");
    }
  }

  @Test
  void anUnknownKernelIsAnError() {
    try (Device device = device(HostDevice.Order.FORWARDS)) {
      assertFails(ErrorCode.DEVICE_FAILED, () -> launch(device, "no_such_kernel"));
    }
  }

  @Test
  void memoryBeyondTheBudgetIsRefusedAndTheRestStaysUsable() {
    try (Device device = device(HostDevice.Order.FORWARDS)) {
      assertFails(ErrorCode.DEVICE_MEMORY, () -> device.allocate(2 << 20));
      device.allocate(1 << 20).close();
    }
  }

  @Test
  void whatIsNotGivenBackIsAnErrorWhenTheDeviceCloses() {
    HostDevice device = device(HostDevice.Order.FORWARDS);
    DeviceMemory forgotten = device.allocate(16);

    assertThatThrownBy(device::close).hasMessageContaining("1 leases");
    forgotten.close();
    device.close();
  }
}
