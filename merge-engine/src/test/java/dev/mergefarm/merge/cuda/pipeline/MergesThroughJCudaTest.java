package dev.mergefarm.merge.cuda.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.merge.cuda.driver.StandInDriver;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * The whole way of a merge on a GPU but the silicon: pipeline, JCuda, and a driver that runs work
 * as late as it can, poisons what is read too early, and reports every misuse and every leak.
 */
class MergesThroughJCudaTest {

  private static final String WHOLE_MEMORY = "0";
  private static final String SMALL_SLOTS = "65536";

  private static StandInDriver.Outcome run(StandInDriver driver, String... arguments)
      throws IOException {
    StandInDriver.Outcome outcome = driver.run(CasesOnDriver.class, arguments);
    assertThat(outcome.output().strip()).isEqualTo("equal");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.violations()).isEmpty();
    assertThat(outcome.leaks()).isEmpty();
    assertThat(outcome.number("pageable.copies")).isZero();
    assertThat(outcome.number("call.cuLaunchKernel")).isPositive();
    return outcome;
  }

  @Test
  void everyMethodAndElementTypeGivesThePlainBits() throws IOException {
    run(StandInDriver.withMergeKernels(), "every", WHOLE_MEMORY, "1048576");
  }

  @Test
  void twoDevicesShareTheWork() throws IOException {
    StandInDriver.Outcome outcome =
        run(StandInDriver.withMergeKernels().devices(2), "30", WHOLE_MEMORY, SMALL_SLOTS);
    assertThat(outcome.number("device.0.peak")).isPositive();
    assertThat(outcome.number("device.1.peak")).isPositive();
  }

  @Test
  void workThatRunsAtOnceGivesTheSame() throws IOException {
    run(StandInDriver.withMergeKernels().devices(2).eager(), "30", WHOLE_MEMORY, SMALL_SLOTS);
  }

  @Test
  void aBudgetIsKeptTo() throws IOException {
    StandInDriver.Outcome outcome =
        run(StandInDriver.withMergeKernels(), "30", "4000000", SMALL_SLOTS);
    assertThat(outcome.number("device.0.peak")).isLessThanOrEqualTo(4_000_000);
  }

  @Test
  void tensorsAreSplitWhereTheDeviceHasLessMemoryThanItSays() throws IOException {
    run(
        StandInDriver.withMergeKernels().memory(2_000_000).claimedMemory(1L << 30),
        "30",
        WHOLE_MEMORY,
        SMALL_SLOTS);
  }

  @Test
  void anAllocationThatFailsInTheMidstOfATensorIsMadeUpFor() throws IOException {
    for (long number = 6; number <= 18; number += 4) {
      run(
          StandInDriver.withMergeKernels().failingAllocation(number),
          "6",
          WHOLE_MEMORY,
          SMALL_SLOTS);
    }
  }
}
