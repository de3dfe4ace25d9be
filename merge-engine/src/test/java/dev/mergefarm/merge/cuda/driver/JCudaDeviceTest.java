package dev.mergefarm.merge.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The device behind JCuda, and that the driver it is tested with notices what is wrong. */
class JCudaDeviceTest {

  private static StandInDriver driver() throws IOException {
    return StandInDriver.with(
        NativeCompiler.library(
            NativeCompiler.root().resolve("merge-engine/src/test/cuda/probe-kernels"),
            "libprobe-kernels.so"));
  }

  private static void assertClean(StandInDriver.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.violations()).isEmpty();
    assertThat(outcome.leaks()).isEmpty();
  }

  @Test
  void bytesGoThroughCopiesKernelsAndEventsAndEverythingIsGivenBack() throws IOException {
    StandInDriver.Outcome outcome = driver().run(DriverScenarios.class, "roundTrip");
    assertClean(outcome);
    assertThat(outcome.output()).contains("true");
    assertThat(outcome.number("launch.increment")).isEqualTo(1);
    assertThat(outcome.number("pageable.copies")).isZero();
  }

  @Test
  void workThatRunsAtOnceGivesTheSame() throws IOException {
    StandInDriver.Outcome outcome =
        driver().eager().devices(2).run(DriverScenarios.class, "threads");
    assertClean(outcome);
    assertThat(outcome.output().lines()).hasSize(80).containsOnly("true");
  }

  @Test
  void threadsUseTwoDevicesInTurn() throws IOException {
    StandInDriver.Outcome outcome = driver().devices(2).run(DriverScenarios.class, "threads");
    assertClean(outcome);
    assertThat(outcome.output().lines()).hasSize(80).containsOnly("true");
  }

  @Test
  void aHostThatDoesNotWaitReadsPoison() throws IOException {
    StandInDriver.Outcome outcome = driver().run(DriverScenarios.class, "earlyRead");
    assertThat(outcome.output()).contains("181 then 7");
  }

  @ParameterizedTest
  @CsvSource({
    "earlyWrite, the host changed a buffer",
    "freeTwice, double free",
    "useAfterFree, uses freed memory",
    "copyPastEnd, runs past the end",
    "kernelPastEnd, wrote behind the end",
    "failingKernel, failed with 2",
    "unorderedStreams, with no event between them",
    "foreignMemory, uses another device's memory",
  })
  void aMisuseIsReported(String scenario, String message) throws IOException {
    StandInDriver.Outcome outcome = driver().devices(2).run(DriverScenarios.class, scenario);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.violations()).anySatisfy(text -> assertThat(text).contains(message));
  }

  @Test
  void whatIsNotGivenBackIsReported() throws IOException {
    StandInDriver.Outcome outcome = driver().run(DriverScenarios.class, "leak");
    assertThat(outcome.leaks())
        .isEqualTo(
            List.of(
                "leak.contexts",
                "leak.device.bytes",
                "leak.events",
                "leak.host.bytes",
                "leak.modules",
                "leak.streams"));
  }

  @Test
  void copiesFromMemoryThatIsNotPinnedAreCounted() throws IOException {
    StandInDriver.Outcome outcome = driver().run(DriverScenarios.class, "pageableCopy");
    assertThat(outcome.number("pageable.copies")).isEqualTo(1);
  }

  @Test
  void aPoolKeepsToItsBudgetAndUsesMemoryAgain() throws IOException {
    StandInDriver.Outcome outcome = driver().run(DriverScenarios.class, "pool");
    assertClean(outcome);
    assertThat(outcome.output()).contains("DEVICE_MEMORY").contains("true");
    assertThat(outcome.number("device.0.peak")).isLessThanOrEqualTo(10_000);
    assertThat(outcome.number("call.cuMemAlloc")).isEqualTo(2);
  }

  @Test
  void withoutABudgetFourFifthsOfTheFreeMemoryAreTaken() throws IOException {
    StandInDriver.Outcome outcome = driver().memory(1000).run(DriverScenarios.class, "budget");
    assertThat(outcome.output().strip()).isEqualTo("800");
  }

  @Test
  void aDriverWithoutADeviceIsNoReasonToFail() throws IOException {
    StandInDriver.Outcome outcome = driver().devices(0).run(DriverScenarios.class, "probe");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output()).contains("Absent").contains("CUDA_ERROR_NO_DEVICE");
  }

  @Test
  void devicesAreFoundWithNameAndMemory() throws IOException {
    StandInDriver.Outcome outcome =
        driver().devices(2).memory(4096).run(DriverScenarios.class, "probe");
    assertThat(outcome.output())
        .contains("model=Stand-in device 1")
        .contains("memoryBytes=4096")
        .contains("major=9");
  }
}
