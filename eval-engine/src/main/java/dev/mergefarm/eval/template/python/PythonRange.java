package dev.mergefarm.eval.template.python;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A {@code range}.
 *
 * @param start first value
 * @param stop never reached
 * @param step not 0
 */
public record PythonRange(long start, long stop, long step) implements PythonObject {

  /** The sandbox of Jinja2 allows no longer ranges. */
  public static final long LONGEST = 100_000;

  public PythonRange {
    if (step == 0) {
      throw PythonException.valueError("range() arg 3 must not be zero");
    }
  }

  /** {@code range(...)}, at most {@link #LONGEST} values. */
  public static PythonRange createBounded(Arguments arguments) {
    PythonRange range = create(arguments);
    if (range.size().compareTo(BigInteger.valueOf(LONGEST)) > 0) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR,
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + LONGEST + ").");
    }
    return range;
  }

  /** {@code range(...)} of any length. */
  public static PythonRange create(Arguments arguments) {
    if (!arguments.keywords().isEmpty()) {
      throw PythonException.typeError("range() takes no keyword arguments");
    }
    int count = arguments.count();
    if (count == 0) {
      throw PythonException.typeError("range expected at least 1 argument, got 0");
    }
    if (count > 3) {
      throw PythonException.typeError("range expected at most 3 arguments, got " + count);
    }
    long first = Numbers.index(arguments.get(0));
    return count == 1
        ? new PythonRange(0, first, 1)
        : new PythonRange(
            first, Numbers.index(arguments.get(1)), Numbers.index(arguments.get(2, 1L)));
  }

  private BigInteger size() {
    BigInteger distance = BigInteger.valueOf(stop).subtract(BigInteger.valueOf(start));
    BigInteger stride = BigInteger.valueOf(step);
    if (distance.signum() != stride.signum()) {
      return BigInteger.ZERO;
    }
    BigInteger[] parts = distance.divideAndRemainder(stride);
    return parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
  }

  @Override
  public String typeName() {
    return "range";
  }

  @Override
  public String repr() {
    return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
  }

  @Override
  public boolean truth() {
    return length() > 0;
  }

  @Override
  public long length() {
    BigInteger size = size();
    if (size.bitLength() > 63) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR, "Python int too large to convert to C ssize_t");
    }
    return size.longValue();
  }

  @Override
  public Iterator<Object> iterate() {
    return new Iterator<>() {
      private final long count = length();
      private long position;

      @Override
      public boolean hasNext() {
        return position < count;
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Budget.charge(1);
        return start + position++ * step;
      }
    };
  }

  @Override
  public Object item(Object key) {
    return start + Sequences.index(key, cappedLength(), "range object") * step;
  }

  /** The length as far as indexes reach. */
  private int cappedLength() {
    return (int) Math.min(length(), Integer.MAX_VALUE);
  }

  boolean contains(Object integer) {
    if (!(Numbers.normal(integer) instanceof Long value)) {
      return false;
    }
    boolean inside = step > 0 ? value >= start && value < stop : value <= start && value > stop;
    return inside && (value - start) % step == 0;
  }

  PythonRange slice(Object from, Object to, Object by) {
    Slice slice = Slice.resolve(from, to, by, cappedLength());
    long first = start + slice.start() * step;
    long stride = step * slice.step();
    return new PythonRange(first, first + slice.count() * stride, stride);
  }

  @Override
  public Object attribute(String name) {
    return switch (name) {
      case "start" -> start;
      case "stop" -> stop;
      case "step" -> step;
      case "count" -> BuiltinFunction.method(name, this, a -> contains(a.get(0)) ? 1L : 0L);
      case "index" -> BuiltinFunction.method(name, this, a -> indexOf(a.get(0)));
      default -> MISSING;
    };
  }

  private Object indexOf(Object value) {
    if (!Numbers.isInteger(value) || !contains(value)) {
      throw PythonException.valueError(
          Numbers.isInteger(value)
              ? Printer.repr(value) + " is not in range"
              : "sequence.index(x): x not in sequence");
    }
    return (Numbers.big(value).longValue() - start) / step;
  }

  @Override
  public boolean same(Object other) {
    return other instanceof PythonRange range
        && length() == range.length()
        && (length() == 0 || (start == range.start && (length() == 1 || step == range.step)));
  }
}
