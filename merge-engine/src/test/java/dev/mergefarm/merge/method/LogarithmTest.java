package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogarithmTest {

  @Test
  void itIsTheLibrarysLogarithmWithinAFewUnitsInTheLastPlace() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      float x = Float.intBitsToFloat(random.nextInt(1, 0x7f800000));
      double expected = Math.log(x);
      assertThat(Logarithm.of(x)).isCloseTo(expected, within(4 * Math.ulp(expected) + 1e-16));
    }
  }

  @Test
  void nearOneItIsAsExactAsElsewhere() {
    for (float x = 0.9999f; x < 1.0001f; x = Math.nextUp(x)) {
      double expected = Math.log(x);
      assertThat(Logarithm.of(x)).isCloseTo(expected, within(4 * Math.ulp(expected)));
    }
  }

  @Test
  void itHasTheUsualLimits() {
    assertThat(Logarithm.of(1)).isZero();
    assertThat(Logarithm.of(0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(Logarithm.of(Float.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(Logarithm.of(-1)).isNaN();
    assertThat(Logarithm.of(Float.NaN)).isNaN();
  }
}
