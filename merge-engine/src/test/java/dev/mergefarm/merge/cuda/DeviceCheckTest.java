package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.merge.cuda.check.CheckReport;
import dev.mergefarm.merge.cuda.check.DeviceCheck;
import dev.mergefarm.merge.cuda.check.MergeCase;
import dev.mergefarm.merge.cuda.check.MergeCases;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The comparison with the plain twin sees what is wrong. */
class DeviceCheckTest {

  private Path kernels;

  @BeforeEach
  void compileTheKernels() {
    Optional<Path> compiled = HostLibrary.kernels();
    assumeTrue(compiled.isPresent(), "no C++ compiler (g++): the kernels are not tested here");
    kernels = compiled.orElseThrow();
  }

  /** A device that changes one bit of everything that is copied from it. */
  private Device faulty() {
    HostDevice device = new HostDevice(kernels);
    return (Device)
        Proxy.newProxyInstance(
            Device.class.getClassLoader(),
            new Class<?>[] {Device.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(device, arguments);
              if (method.getName().equals("copyOut")) {
                MemorySegment target = (MemorySegment) arguments[1];
                byte first = target.get(ValueLayout.JAVA_BYTE, 0);
                target.set(ValueLayout.JAVA_BYTE, 0, (byte) (first ^ 1));
              }
              return result;
            });
  }

  private static MergeCase linear() {
    return MergeCases.all(3).stream()
        .filter(
            merge ->
                merge.toString().startsWith("linear of 3") && merge.toString().contains("NORMAL"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void oneWrongBitIsADifferenceThatNamesItsPlace() {
    try (Device device = faulty();
        DeviceCheck check = new DeviceCheck(device)) {
      assertThat(check.difference(linear(), 0, 1))
          .hasValueSatisfying(
              what -> assertThat(what).contains("linear", "1 of", "first element 0"));
    }
  }

  private static boolean report(Device device, ByteArrayOutputStream printed) {
    try (device) {
      return new CheckReport(device, new PrintStream(printed)).run(List.of(linear(), linear()));
    }
  }

  @Test
  void theReportTellsADeviceWithoutFaultsFromOneWithThem() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    assertThat(report(new HostDevice(kernels), printed)).isTrue();
    assertThat(printed.toString()).contains("2 merges compared, 0 differ");
    assertThat(report(faulty(), printed)).isFalse();
    assertThat(printed.toString()).contains("2 merges compared, 2 differ", "instead of");
  }
}
