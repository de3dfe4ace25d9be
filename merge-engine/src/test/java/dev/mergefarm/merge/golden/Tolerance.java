package dev.mergefarm.merge.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.storage.tensor.DataType;

/** The demands that golden cases name, for tensors whose bytes alone decide. */
final class Tolerance {

  private Tolerance() {}

  /** Equal, or so many units in the last place apart. */
  static void exact(String tensor, float[] ours, float[] wanted, DataType type, long units) {
    for (int i = 0; i < wanted.length; i++) {
      if (GoldenTensors.unitsApart(ours[i], wanted[i], type) > units) {
        assertThat(ours[i])
            .as("%s[%d], at most %d units apart", tensor, i, units)
            .isEqualTo(wanted[i]);
      }
    }
  }

  /**
   * The reference rounded at each step; ours is the exact answer rounded once, or at most one unit
   * off the reference.
   */
  static void halfPrecision(String tensor, float[] ours, float[] reference, double[] exact) {
    for (int i = 0; i < ours.length; i++) {
      float once = Float.float16ToFloat(Float.floatToFloat16((float) exact[i]));
      if (ours[i] != once) {
        assertThat(GoldenTensors.unitsApart(ours[i], reference[i], DataType.F16))
            .as("%s[%d]: units apart", tensor, i)
            .isLessThanOrEqualTo(1);
      }
    }
  }

  /** Small in norm, and in the largest difference against the largest magnitude. */
  static void relative(String tensor, float[] ours, float[] wanted, double bound) {
    double difference = 0;
    double norm = 0;
    double largestDifference = 0;
    double largest = 0;
    for (int i = 0; i < wanted.length; i++) {
      double gap = Math.abs((double) ours[i] - wanted[i]);
      difference += gap * gap;
      norm += (double) wanted[i] * wanted[i];
      largestDifference = Math.max(largestDifference, gap);
      largest = Math.max(largest, Math.abs(wanted[i]));
      assertThat(ours[i]).as(tensor).isFinite();
    }
    assertThat(Math.sqrt(difference))
        .as("%s: norm of the difference", tensor)
        .isLessThanOrEqualTo(bound * Math.sqrt(norm));
    assertThat(largestDifference)
        .as("%s: largest difference", tensor)
        .isLessThanOrEqualTo(bound * largest);
  }

  /** Equal but for fewer than one in a hundred, which are one unit off; some may be left out. */
  static void almostExact(
      String tensor, float[] ours, float[] wanted, DataType type, boolean[] leftOut) {
    int off = 0;
    for (int i = 0; i < wanted.length; i++) {
      if (!leftOut[i]) {
        long units = GoldenTensors.unitsApart(ours[i], wanted[i], type);
        assertThat(units).as("%s[%d]: units apart", tensor, i).isLessThanOrEqualTo(1);
        off += (int) units;
      }
    }
    assertThat(off).as("%s: elements one unit off", tensor).isLessThan(wanted.length / 100 + 1);
  }

  /** At least as near to the exact answer, in norm, as the reference. */
  static void nearer(String tensor, float[] ours, float[] reference, double[] exact) {
    double our = 0;
    double their = 0;
    for (int i = 0; i < exact.length; i++) {
      our += Math.pow(ours[i] - exact[i], 2);
      their += Math.pow(reference[i] - exact[i], 2);
    }
    assertThat(our).as("%s: distance to the exact answer", tensor).isLessThanOrEqualTo(their);
  }

  /**
   * What random masks leave alike: how much of the base is left unchanged, how far the result
   * moved, and in which direction.
   */
  static void alike(String tensor, float[] ours, float[] reference, float[] base) {
    double[] our = new double[3];
    double[] their = new double[3];
    double together = 0;
    for (int i = 0; i < base.length; i++) {
      double left = (double) ours[i] - base[i];
      double right = (double) reference[i] - base[i];
      our[0] += left == 0 ? 1 : 0;
      their[0] += right == 0 ? 1 : 0;
      our[1] += Math.abs(left);
      their[1] += Math.abs(right);
      our[2] += left * left;
      their[2] += right * right;
      together += left * right;
    }
    int count = base.length;
    double share = their[0] / count;
    double spread = 6 * Math.sqrt(2 * (share * (1 - share) + 1.0 / count) / count);
    assertThat(our[0] / count)
        .as("%s: unchanged share", tensor)
        .isBetween(share - spread, share + spread);
    if (count >= 256) {
      double slack = 4 / Math.sqrt(count);
      assertThat(our[1] / their[1])
          .as("%s: size of the change", tensor)
          .isBetween(1 - slack, 1 + slack);
      assertThat(together).as("%s: direction of the change", tensor).isPositive();
    }
  }

  /** Equal, but for a few elements on the other side of a selection threshold. */
  static void besidesThreshold(String tensor, float[] ours, float[] wanted, float[] base) {
    int switched = 0;
    for (int i = 0; i < wanted.length; i++) {
      if (Math.abs(ours[i] - wanted[i]) > 1e-6 * Math.max(1e-3, Math.abs(wanted[i]))) {
        assertThat(ours[i] == base[i] || wanted[i] == base[i])
            .as("%s[%d] is the base's or the other model's", tensor, i)
            .isTrue();
        switched++;
      }
    }
    assertThat(switched)
        .as("%s: elements that changed sides", tensor)
        .isLessThanOrEqualTo(Math.max(1, wanted.length / 1000));
  }
}
