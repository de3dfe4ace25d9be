package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** The operators on numbers. */
final class Arithmetic {

  private Arithmetic() {}

  static Object number(String operator, Object a, Object b) {
    if (!Numbers.isNumber(a) || !Numbers.isNumber(b)) {
      throw Operators.unsupported(operator, a, b);
    }
    if (a instanceof Double || b instanceof Double) {
      return floats(operator, Numbers.toDouble(a), Numbers.toDouble(b));
    }
    return integers(operator, Numbers.big(a), Numbers.big(b));
  }

  private static Object floats(String operator, double a, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> {
        requireNonZero(b, "float division by zero");
        yield a / b;
      }
      case "//" -> {
        requireNonZero(b, "float floor division by zero");
        yield floorDivide(a, b);
      }
      case "%" -> {
        requireNonZero(b, "float modulo");
        yield modulo(a, b);
      }
      case "**" -> power(a, b);
      default -> throw new IllegalArgumentException("not an operator: " + operator);
    };
  }

  private static void requireNonZero(double divisor, String message) {
    if (divisor == 0) {
      throw zeroDivision(message);
    }
  }

  private static PythonException zeroDivision(String message) {
    return new PythonException(PythonException.Kind.ZERO_DIVISION_ERROR, message);
  }

  private static double modulo(double a, double b) {
    double remainder = a % b;
    if (remainder == 0) {
      return Math.copySign(0.0, b);
    }
    return (b < 0) == (remainder < 0) ? remainder : remainder + b;
  }

  private static double floorDivide(double a, double b) {
    double remainder = a % b;
    double quotient = (a - remainder) / b;
    if (remainder != 0 && (b < 0) != (remainder < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static double power(double a, double b) {
    if (a == 0 && b < 0) {
      throw zeroDivision("0.0 cannot be raised to a negative power");
    }
    if (a == 1) {
      return 1;
    }
    if (a == -1 && Double.isInfinite(b)) {
      return 1;
    }
    double result = Math.pow(a, b);
    if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR, "(34, 'Numerical result out of range')");
    }
    if (Double.isNaN(result) && !Double.isNaN(a) && !Double.isNaN(b)) {
      throw PythonException.typeError("complex numbers are not supported: negative base");
    }
    return result;
  }

  private static Object integers(String operator, BigInteger a, BigInteger b) {
    return switch (operator) {
      case "+" -> Numbers.normal(a.add(b));
      case "-" -> Numbers.normal(a.subtract(b));
      case "*" -> Numbers.normal(a.multiply(b));
      case "/" -> trueDivide(a, b);
      case "//" -> {
        requireNonZero(b.signum(), "integer division or modulo by zero");
        yield Numbers.normal(floorDivide(a, b));
      }
      case "%" -> {
        requireNonZero(b.signum(), "integer modulo by zero");
        yield Numbers.normal(a.subtract(floorDivide(a, b).multiply(b)));
      }
      case "**" -> power(a, b);
      default -> throw new IllegalArgumentException("not an operator: " + operator);
    };
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean inexact = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return inexact ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static double trueDivide(BigInteger a, BigInteger b) {
    requireNonZero(b.signum(), "division by zero");
    double result;
    if (a.bitLength() <= 53 && b.bitLength() <= 53) {
      result = a.doubleValue() / b.doubleValue();
    } else {
      // 800 digits exceed what any double's halfway point needs: the one rounding is the last.
      result = new BigDecimal(a).divide(new BigDecimal(b), new MathContext(800)).doubleValue();
    }
    if (Double.isInfinite(result)) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR, "integer division result too large for a float");
    }
    return result;
  }

  private static Object power(BigInteger a, BigInteger b) {
    if (b.signum() < 0) {
      return power(Numbers.toDouble(Numbers.normal(a)), Numbers.toDouble(Numbers.normal(b)));
    }
    if (a.bitLength() <= 1 && a.abs().compareTo(BigInteger.ONE) <= 0) {
      boolean negative = a.signum() < 0 && b.testBit(0);
      return b.signum() == 0 ? 1L : negative ? -1L : (Object) (long) a.abs().intValue();
    }
    long bits = b.bitLength() > 31 ? Long.MAX_VALUE : (long) (a.bitLength() - 1) * b.intValue();
    if (bits > Budget.INTEGER_BITS) {
      throw new PythonException(
          PythonException.Kind.LIMIT,
          "the power passes the limit of " + Budget.INTEGER_BITS + " bits for an integer");
    }
    Budget.charge(bits);
    return Numbers.normal(a.pow(b.intValue()));
  }
}
