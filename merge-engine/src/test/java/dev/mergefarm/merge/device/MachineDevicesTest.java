package dev.mergefarm.merge.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.driver.DriverProbe;
import dev.mergefarm.merge.cuda.driver.GraphicsProcessor;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.timeline.Timeline;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where merges go on machines with and without a driver. */
class MachineDevicesTest {

  private static final DriverProbe NONE = new DriverProbe.Absent("no driver is installed");
  private static final DriverProbe TWO = new DriverProbe.Found(List.of(processor(0), processor(1)));

  private final AtomicInteger probes = new AtomicInteger();
  private MachineDevices devices;

  private static GraphicsProcessor processor(int ordinal) {
    return new GraphicsProcessor(ordinal, "NVIDIA H200", 9, 0, 1L << 37);
  }

  private MachineDevices devices(String usual, DriverProbe probe) {
    devices =
        new MachineDevices(
            CpuTensorMerger.forLocalFiles(1),
            DeviceSettings.of(usual, 0),
            new Timeline(),
            () -> {
              probes.incrementAndGet();
              return probe;
            },
            () -> {
              throw new MergefarmException(ErrorCode.DEVICE_FAILED, "The GPU is lost.");
            });
    return devices;
  }

  @AfterEach
  void close() {
    devices.close();
  }

  private static DeviceChoice choice(String text) {
    return DeviceChoice.parse(text);
  }

  @Test
  void withoutADriverAutoMergesOnTheProcessorAndSaysWhy() {
    assertThat(devices("auto", NONE).choose(choice("auto")).description())
        .startsWith("CPU, ")
        .endsWith("; no GPU: no driver is installed");
  }

  @Test
  void withoutADriverCudaIsRefusedWithTheReason() {
    assertThat(devices("auto", NONE).refusal(choice("cuda")))
        .hasValue("There is no GPU to merge on: no driver is installed.");
    assertThatThrownBy(() -> devices.choose(choice("cuda")))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.DEVICE_UNAVAILABLE))
        .hasMessageContaining("no driver is installed");
  }

  @Test
  void whereTheUsualPlaceIsCudaAutoMeansThat() {
    assertThat(devices("cuda", NONE).refusal(choice("auto"))).isPresent();
    assertThatThrownBy(() -> devices.choose(choice("auto")))
        .hasMessageContaining("no driver is installed");
    assertThat(devices.choose(choice("cpu")).description()).startsWith("CPU, ");
  }

  @Test
  void aProcessThatIsSetToTheProcessorNeverLooksForADriver() {
    MachineDevices set = devices("cpu", TWO);
    assertThat(set.choose(choice("auto")).description()).startsWith("CPU, ");
    assertThat(set.refusal(choice("cuda")))
        .hasValue("This process is set to merge on the processor.");
    set.memoryBound();
    assertThat(probes).hasValue(0);
  }

  @Test
  void aDeviceThatIsNotThereIsRefusedWithThoseThatAre() {
    assertThat(devices("auto", TWO).refusal(choice("cuda:1"))).isEmpty();
    assertThat(devices.refusal(choice("cuda:2")))
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .contains("no cuda:2")
                    .contains("cuda:0 NVIDIA H200, cuda:1 NVIDIA H200"));
  }

  @Test
  void memoryCountsTheSlotsOfEveryDevice() {
    long without = devices("cpu", TWO).memoryBound();
    devices.close();
    assertThat(devices("auto", TWO).memoryBound()).isEqualTo(without + 2 * 6 * (32L << 20));
  }

  @Test
  void onlyKnownPlacesAreTaken() {
    devices("auto", NONE);
    assertThatThrownBy(() -> DeviceChoice.parse("gpu"))
        .hasMessage("device must be auto, cpu, cuda or cuda:N, found 'gpu'");
    assertThatThrownBy(() -> DeviceSettings.of("cuda", 1000))
        .hasMessageContaining("must be at least");
  }
}
