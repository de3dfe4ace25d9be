package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RowSoftmaxTest {

  @Test
  void exponentialsAreRightToOneUnit() {
    for (float x = 0; x > -87; x -= 0.0137f) {
      double exact = Math.exp(x);

      assertThat((double) RowSoftmax.exponential(x))
          .as("exp(%s)", x)
          .isCloseTo(exact, within((double) Math.ulp((float) exact)));
    }
  }

  @Test
  void exponentialsFadeOutWithoutNoise() {
    assertThat(RowSoftmax.exponential(0)).isEqualTo(1f);
    assertThat(RowSoftmax.exponential(-100)).isCloseTo((float) Math.exp(-100), within(1e-44f));
    assertThat(RowSoftmax.exponential(-1e6f)).isZero();
  }

  @Test
  void aRowBecomesItsSoftmax() {
    Random random = new Random(1);
    for (int length : new int[] {1, 5, 16, 33, 1000}) {
      float[] row = new float[length];
      double sum = 0;
      for (int i = 0; i < length; i++) {
        row[i] = (float) random.nextGaussian();
        sum += Math.exp(row[i]);
      }
      float[] softmax = row.clone();
      RowSoftmax.apply(softmax, length);

      for (int i = 0; i < length; i++) {
        double exact = Math.exp(row[i]) / sum;
        assertThat((double) softmax[i]).isCloseTo(exact, within(1e-6 * exact));
      }
    }
  }
}
