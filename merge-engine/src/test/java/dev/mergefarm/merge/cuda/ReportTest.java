package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.merge.cuda.check.TimingReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void timingsArePrintedBesideBothCeilings() {
    Optional<Path> kernels = HostLibrary.kernels();
    assumeTrue(kernels.isPresent(), "no C++ compiler (g++): the kernels are not tested here");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (Device device = new HostDevice(kernels.orElseThrow())) {
      new TimingReport(device, new PrintStream(printed)).run(4096);
    }

    assertThat(printed.toString())
        .contains("copy within the device", "copy to the device", "copy from the device")
        .containsPattern("ties of 3 +BF16 \\| +[0-9.]+ +[0-9.]+ +[0-9]+% \\| +[0-9.]+")
        .containsPattern("linear of 2 +F32 ");
  }
}
