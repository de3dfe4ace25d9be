package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.merge.cuda.check.DeviceCheck;
import dev.mergefarm.merge.cuda.check.MergeCase;
import dev.mergefarm.merge.cuda.check.MergeCases;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.MethodRegistry;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What every device must do: the plain twin's bits, whatever the method, type, size and place. */
abstract class DeviceContract {

  private static final List<MergeCase> CASES = MergeCases.all(20);

  private Device device;
  private DeviceCheck check;

  /** A new device; skips the test with a reason where there can be none. */
  abstract Device open();

  @BeforeEach
  void openTheDevice() {
    device = open();
    check = new DeviceCheck(device);
  }

  /** A device that is closed refuses to leave anything behind. */
  @AfterEach
  void closeTheDevice() {
    if (device != null) {
      check.close();
      device.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> everyMethodAndElementTypeGivesThePlainBits() {
    return MethodRegistry.standard().all().stream().map(MergeMethod::name).map(this::method);
  }

  private DynamicTest method(String name) {
    List<MergeCase> cases =
        CASES.stream().filter(merge -> merge.merge().method().name().equals(name)).toList();
    return DynamicTest.dynamicTest(
        name,
        () -> {
          assertThat(cases).isNotEmpty();
          for (int i = 0; i < cases.size(); i++) {
            assertThat(check.difference(cases.get(i), i % 3, 1 + i % 2)).isEmpty();
          }
        });
  }

  @Test
  void noMethodIsLeftToTheCpu() {
    assertThat(CASES.stream().flatMap(merge -> check.refusal(merge).stream()).toList()).isEmpty();
  }
}
