package dev.mergefarm.eval.template;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.template.python.LiteralReader;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.Values;

/** Python's text form of values: printing it, and reading it back. */
public final class PythonLiteral {

  private PythonLiteral() {}

  /**
   * {@code ast.literal_eval}: reads strings in all quotes and with all prefixes, numbers, tuples,
   * lists, dicts, sets, booleans and None.
   *
   * @return null, Boolean, Long, {@link java.math.BigInteger}, Double, String, byte[], {@link
   *     java.util.List} (also for tuples and sets) or {@link java.util.Map}
   * @throws MergefarmException with {@link ErrorCode#INVALID_VALUE} for anything else, complex
   *     numbers included
   */
  public static Object parse(String text) {
    try {
      return LiteralReader.read(text);
    } catch (PythonException | IllegalArgumentException e) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "not a Python literal: " + e.getMessage() + ", in " + Printer.repr(shortened(text)),
          e);
    }
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }

  /**
   * {@code str(value)} of a plain Java value.
   *
   * @throws IllegalArgumentException for a class without a Python counterpart
   */
  public static String str(Object value) {
    return Printer.str(Values.fromJava(value));
  }

  /**
   * {@code repr(value)} of a plain Java value.
   *
   * @throws IllegalArgumentException for a class without a Python counterpart
   */
  public static String repr(Object value) {
    return Printer.repr(Values.fromJava(value));
  }
}
