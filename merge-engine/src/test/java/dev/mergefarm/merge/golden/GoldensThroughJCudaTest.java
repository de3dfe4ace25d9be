package dev.mergefarm.merge.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.merge.cuda.driver.StandInDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every golden through the pipeline and JCuda, on two devices of the stand-in driver. */
class GoldensThroughJCudaTest {

  @Test
  void everyFileIsTheProcessorsAndAgreesWithTheReference() throws IOException {
    StandInDriver.Outcome outcome =
        StandInDriver.withMergeKernels()
            .devices(2)
            .run(
                GoldensOnDriver.class,
                GoldenMergeTest.folder().toAbsolutePath().toString(),
                "cuda");
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    try (Stream<String> lines = outcome.output().lines();
        var cases = Files.list(GoldenMergeTest.folder().resolve("cases"))) {
      assertThat(lines.filter(line -> line.endsWith("  ok")).count()).isEqualTo(cases.count());
    }
    assertThat(outcome.violations()).isEmpty();
    assertThat(outcome.leaks()).isEmpty();
    assertThat(outcome.number("call.cuLaunchKernel")).isPositive();
  }
}
