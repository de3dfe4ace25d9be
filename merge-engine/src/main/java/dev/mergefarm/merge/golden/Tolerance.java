package dev.mergefarm.merge.golden;

import dev.mergefarm.storage.tensor.DataType;

/** The demands that golden cases name, for tensors whose bytes alone decide. */
final class Tolerance {

  private Tolerance() {}

  /** Equal, or so many units in the last place apart. */
  static void exact(String tensor, float[] ours, float[] wanted, DataType type, long units) {
    for (int i = 0; i < wanted.length; i++) {
      if (GoldenTensors.unitsApart(ours[i], wanted[i], type) > units) {
        throw new GoldenMismatch(
            "%s[%d] is %s, more than %d units from %s", tensor, i, ours[i], units, wanted[i]);
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
        long units = GoldenTensors.unitsApart(ours[i], reference[i], DataType.F16);
        atMost(units, 1, "%s[%d]: units apart".formatted(tensor, i));
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
      if (!Float.isFinite(ours[i])) {
        throw new GoldenMismatch("%s[%d] is %s", tensor, i, ours[i]);
      }
    }
    atMost(Math.sqrt(difference), bound * Math.sqrt(norm), tensor + ": norm of the difference");
    atMost(largestDifference, bound * largest, tensor + ": largest difference");
  }

  /** Equal but for fewer than one in a hundred, which are one unit off; some may be left out. */
  static void almostExact(
      String tensor, float[] ours, float[] wanted, DataType type, boolean[] leftOut) {
    int off = 0;
    for (int i = 0; i < wanted.length; i++) {
      if (!leftOut[i]) {
        long units = GoldenTensors.unitsApart(ours[i], wanted[i], type);
        atMost(units, 1, "%s[%d]: units apart".formatted(tensor, i));
        off += (int) units;
      }
    }
    atMost(off, wanted.length / 100, tensor + ": elements one unit off");
  }

  /** At least as near to the exact answer, in norm, as the reference. */
  static void nearer(String tensor, float[] ours, float[] reference, double[] exact) {
    double our = 0;
    double their = 0;
    for (int i = 0; i < exact.length; i++) {
      our += Math.pow(ours[i] - exact[i], 2);
      their += Math.pow(reference[i] - exact[i], 2);
    }
    atMost(our, their, tensor + ": squared distance to the exact answer");
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
    within(our[0] / count, share - spread, share + spread, tensor + ": unchanged share");
    if (count >= 256) {
      double slack = 4 / Math.sqrt(count);
      within(our[1] / their[1], 1 - slack, 1 + slack, tensor + ": size of the change");
      within(together, Double.MIN_VALUE, Double.MAX_VALUE, tensor + ": direction of the change");
    }
  }

  /** Equal, but for a few elements on the other side of a selection threshold. */
  static void besidesThreshold(String tensor, float[] ours, float[] wanted, float[] base) {
    int switched = 0;
    for (int i = 0; i < wanted.length; i++) {
      if (Math.abs(ours[i] - wanted[i]) > 1e-6 * Math.max(1e-3, Math.abs(wanted[i]))) {
        if (ours[i] != base[i] && wanted[i] != base[i]) {
          throw new GoldenMismatch(
              "%s[%d] is %s, neither the base's %s nor %s", tensor, i, ours[i], base[i], wanted[i]);
        }
        switched++;
      }
    }
    atMost(switched, Math.max(1, wanted.length / 1000), tensor + ": elements that changed sides");
  }

  /** Not a number is never within. */
  private static void atMost(double value, double bound, String what) {
    within(value, Double.NEGATIVE_INFINITY, bound, what);
  }

  private static void within(double value, double least, double most, String what) {
    if (!(value >= least && value <= most)) {
      throw new GoldenMismatch("%s is %s, not from %s to %s", what, value, least, most);
    }
  }
}
