package dev.mergefarm.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassRateTest {

  /** The chance is counted out: of all choices of k programs, those without a correct one fail. */
  @ParameterizedTest
  @CsvSource({"4, 1, 1", "4, 1, 2", "4, 1, 4", "10, 3, 5", "10, 0, 5", "10, 10, 1", "64, 7, 10"})
  void estimateIsTheShareOfChoicesWithACorrectProgram(int programs, int correct, int k) {
    double expected = 1 - choices(programs - correct, k) / choices(programs, k);
    assertThat(PassRate.estimate(programs, correct, k)).isCloseTo(expected, within(1e-12));
  }

  private static double choices(int from, int k) {
    double result = 1;
    for (int i = 0; i < k; i++) {
      result = result * Math.max(0, from - i) / (i + 1);
    }
    return result;
  }

  @Test
  void numbersAreTakenAloneOrInAList() {
    assertThat(PassRate.chosen(Map.of("k", 2L))).containsExactly(2);
    assertThat(PassRate.chosen(Map.of("k", List.of(1L, 10L)))).containsExactly(1, 10);
    assertThat(PassRate.chosen(Map.of())).containsExactly(1, 10, 100);
    assertThatThrownBy(() -> PassRate.chosen(Map.of("k", List.of(0L))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
