package dev.mergefarm.eval.template.python;

import java.math.BigInteger;

/**
 * A slice resolved against a length.
 *
 * @param start first index
 * @param step not 0
 * @param count how many elements
 */
public record Slice(long start, long step, int count) {

  /** Resolves bounds as given; null where left out. Bounds beyond the ends are cut to them. */
  public static Slice resolve(Object from, Object to, Object by, int length) {
    long step = by == null ? 1 : clamp(by);
    if (step == 0) {
      throw PythonException.valueError("slice step cannot be zero");
    }
    long lowest = step > 0 ? 0 : -1;
    long highest = step > 0 ? length : length - 1L;
    long start =
        from == null ? (step > 0 ? lowest : highest) : bound(from, length, lowest, highest);
    long stop = to == null ? (step > 0 ? highest : lowest) : bound(to, length, lowest, highest);
    long distance = step > 0 ? stop - start : start - stop;
    long stride = Math.abs(step);
    long count = distance <= 0 ? 0 : (distance - 1) / stride + 1;
    return new Slice(start, step, (int) count);
  }

  private static long bound(Object value, int length, long lowest, long highest) {
    long index = clamp(value);
    if (index < 0) {
      index = Math.max(index + length, lowest);
    }
    return Math.min(index, highest);
  }

  /** A bound cut to what no length reaches. */
  static long clamp(Object value) {
    if (!Numbers.isInteger(value)) {
      if (value instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.typeError(
          "slice indices must be integers or None or have an __index__ method");
    }
    BigInteger limit = BigInteger.valueOf(Long.MAX_VALUE / 4);
    return Numbers.big(value).min(limit).max(limit.negate()).longValue();
  }

  /** The index of the element at a position of the slice. */
  public int index(int position) {
    return (int) (start + position * step);
  }
}
