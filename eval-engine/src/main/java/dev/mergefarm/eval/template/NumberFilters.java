package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.NumberReader;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.Operators;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.ValueFormat;
import dev.mergefarm.eval.template.python.Values;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;

/** Filters on numbers. */
final class NumberFilters {

  private static final List<String> DECIMAL_UNITS =
      List.of("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB");
  private static final List<String> BINARY_UNITS =
      List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB");

  private NumberFilters() {}

  static void addTo(Filters filters) {
    filters.addBuiltin(Set.of("abs"), "abs", NumberFilters::absolute);
    filters.add(
        "int",
        Signature.of("do_int", "value", "default", "base").withDefaults(0L, 10L),
        (c, a) -> toInteger(a));
    filters.add(
        "float",
        Signature.of("do_float", "value", "default").withDefaults(0.0),
        (c, a) -> toFloat(a));
    filters.add(
        "round",
        Signature.of("do_round", "value", "precision", "method").withDefaults(0L, "common"),
        (c, a) -> round(a));
    filters.add(
        "filesizeformat",
        Signature.of("do_filesizeformat", "value", "binary").withDefaults(false),
        (c, a) -> fileSize(NumberReader.toFloat(a[0]), Values.truth(a[1])));
  }

  private static Object absolute(Object value) {
    if (!Numbers.isNumber(value)) {
      throw PythonException.typeError(
          "bad operand type for abs(): '" + Values.typeName(value) + "'");
    }
    if (value instanceof Double number) {
      return Math.abs(number);
    }
    return Numbers.big(value).signum() < 0 ? Operators.negate(value) : Operators.plus(value);
  }

  private static boolean isConversionFailure(PythonException e) {
    return e.kind() == Kind.TYPE_ERROR || e.kind() == Kind.VALUE_ERROR;
  }

  private static Object toInteger(Object[] a) {
    try {
      return Strings.isText(a[0])
          ? NumberReader.toInteger(Strings.text(a[0]), Numbers.index(a[2]))
          : NumberReader.toInteger(a[0]);
    } catch (PythonException e) {
      if (!isConversionFailure(e)) {
        throw e;
      }
    }
    try {
      return NumberReader.toInteger(NumberReader.toFloat(a[0]));
    } catch (PythonException e) {
      if (isConversionFailure(e) || e.kind() == Kind.OVERFLOW_ERROR) {
        return a[1];
      }
      throw e;
    }
  }

  private static Object toFloat(Object[] a) {
    try {
      return NumberReader.toFloat(a[0]);
    } catch (PythonException e) {
      if (isConversionFailure(e)) {
        return a[1];
      }
      throw e;
    }
  }

  private static Object round(Object[] a) {
    String method = Strings.isText(a[2]) ? Strings.text(a[2]) : "";
    if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
      throw new PythonException(Kind.FILTER_ARGUMENT_ERROR, "method must be common, ceil or floor");
    }
    if (method.equals("common")) {
      return roundCommon(a[0], a[1]);
    }
    Object scale = Operators.power(10L, a[1]);
    Object scaled = Operators.multiply(a[0], scale);
    if (!Numbers.isNumber(scaled)) {
      throw PythonException.typeError("must be real number, not " + Values.typeName(scaled));
    }
    return Operators.divide(whole(scaled, method), scale);
  }

  private static Object roundCommon(Object value, Object precision) {
    if (!Numbers.isNumber(value)) {
      throw PythonException.typeError(
          "type " + Values.typeName(value) + " doesn't define __round__ method");
    }
    return precision == null
        ? Numbers.round(value)
        : Numbers.round(value, Numbers.index(precision));
  }

  private static Object whole(Object number, String method) {
    if (!(number instanceof Double value)) {
      return number;
    }
    NumberReader.toInteger(number);
    RoundingMode mode = method.equals("ceil") ? RoundingMode.CEILING : RoundingMode.FLOOR;
    return Numbers.normal(new BigDecimal(value).setScale(0, mode).toBigInteger());
  }

  private static String fileSize(double bytes, boolean binary) {
    long base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return new BigDecimal(bytes).setScale(0, RoundingMode.DOWN).toPlainString() + " Bytes";
    }
    List<String> units = binary ? BINARY_UNITS : DECIMAL_UNITS;
    double unit = (double) base * base;
    int index = 0;
    while (bytes >= unit && index < units.size() - 1) {
      unit *= base;
      index++;
    }
    return ValueFormat.format(base * bytes / unit, ".1f") + " " + units.get(index);
  }
}
