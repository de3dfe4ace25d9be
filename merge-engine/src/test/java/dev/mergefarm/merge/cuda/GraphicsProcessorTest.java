package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.merge.cuda.driver.DriverProbe;
import dev.mergefarm.merge.cuda.driver.GraphicsProcessor;
import dev.mergefarm.merge.cuda.driver.JCudaDevice;
import dev.mergefarm.merge.cuda.driver.KernelImage;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every device must do, on the first GPU of this machine: {@code ./mergefarm test -pl
 * merge-engine -am -Dgroups=gpu -DexcludedGroups=}.
 */
@Tag("gpu")
class GraphicsProcessorTest extends DeviceContract {

  @Override
  Device open() {
    assumeTrue(DriverProbe.ofThisMachine() instanceof DriverProbe.Found, "this machine has no GPU");
    return JCudaDevice.open(first(), KernelImage.bytes(), OptionalLong.empty());
  }

  private static GraphicsProcessor first() {
    return ((DriverProbe.Found) DriverProbe.ofThisMachine()).devices().getFirst();
  }

  @Test
  void itsMemoryIsWithinWhatTheDriverStates() {
    try (Device device = open()) {
      assertThat(device.memoryBudget()).isPositive().isLessThan(first().memoryBytes());
      assertThat(device.name()).startsWith("cuda:0 ");
    }
  }
}
