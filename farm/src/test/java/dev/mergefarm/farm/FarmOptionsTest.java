package dev.mergefarm.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FarmOptionsTest {

  private static FarmOptions read(
      Map<String, String> properties, Map<String, String> environment, String... arguments) {
    return FarmOptions.read(List.of(arguments), properties::get, environment::get);
  }

  @Test
  void withoutOptionsAFarmIsLocalAndForItsMachineAlone() {
    assertThat(read(Map.of(), Map.of()))
        .isEqualTo(
            new FarmOptions(
                Path.of(".mergefarm").toAbsolutePath(),
                "127.0.0.1",
                8080,
                FarmOptions.StoreKind.LOCAL,
                1,
                1));
  }

  @Test
  void argumentsWinOverPropertiesAndPropertiesOverTheEnvironment() {
    FarmOptions options =
        read(
            Map.of("mergefarm.farm.port", "2", "mergefarm.farm.store", "s3"),
            Map.of("MERGEFARM_STORE", "local", "MERGEFARM_EVAL_SLOTS", "4"),
            "--port=1",
            "--merge-slots",
            "3");
    assertThat(options.port()).isEqualTo(1);
    assertThat(options.store()).isEqualTo(FarmOptions.StoreKind.S3);
    assertThat(options.evaluationSlots()).isEqualTo(4);
    assertThat(options.mergeSlots()).isEqualTo(3);
  }

  @Test
  void everyProblemIsListedWithTheNearestOption() {
    MergefarmException failure =
        catchThrowableOfType(
            MergefarmException.class,
            () -> read(Map.of(), Map.of(), "--prot", "--port", "65536", "--store=s4", "--data"));
    assertThat(failure.problems())
        .extracting(Problem::path)
        .containsExactly("--prot", "--data", "--store", "--port");
    assertThat(failure.problems().getFirst().suggestion()).contains("--port");
  }
}
