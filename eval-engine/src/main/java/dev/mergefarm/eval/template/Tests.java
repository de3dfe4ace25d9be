package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Environment.Test;
import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Comparison;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.Operators;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonBytes;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonRange;
import dev.mergefarm.eval.template.python.PythonTuple;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** The table of tests, what stands behind {@code is}. */
final class Tests {

  private final Map<String, Test> table = new HashMap<>();

  private Tests() {}

  static Map<String, Test> all() {
    Tests tests = new Tests();
    tests.addKinds();
    tests.addValues();
    tests.addComparisons();
    return Map.copyOf(tests.table);
  }

  private void add(String name, Predicate<Object> test) {
    Signature signature = Signature.of("test_" + name, "value");
    table.put(
        name,
        (environment, value, arguments) -> test.test(signature.bind(arguments.prepend(value))[0]));
  }

  private void addKinds() {
    add("defined", value -> !(value instanceof UndefinedValue));
    add("undefined", value -> value instanceof UndefinedValue);
    add("none", value -> value == null);
    add("boolean", value -> value instanceof Boolean);
    add("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
    add("float", value -> value instanceof Double);
    add("number", Numbers::isNumber);
    add("string", Strings::isText);
    add("mapping", value -> value instanceof PythonDict);
    add("sequence", Tests::isSequence);
    add("iterable", Values::isIterable);
    add("escaped", value -> value instanceof Markup);
    table.put(
        "callable",
        (environment, value, arguments) -> {
          if (arguments.count() > 0) {
            throw PythonException.typeError(
                "callable() takes exactly one argument (" + (arguments.count() + 1) + " given)");
          }
          return Values.isCallable(value);
        });
  }

  private static boolean isSequence(Object value) {
    if (value instanceof UndefinedValue undefined) {
      return !undefined.strict();
    }
    return Strings.isText(value)
        || value instanceof List<?>
        || value instanceof PythonTuple
        || value instanceof PythonDict
        || value instanceof PythonRange
        || value instanceof PythonBytes;
  }

  private void addValues() {
    add("true", value -> Boolean.TRUE.equals(value));
    add("false", value -> Boolean.FALSE.equals(value));
    add("odd", value -> Comparison.equal(Operators.modulo(value, 2L), 1L));
    add("even", value -> Comparison.equal(Operators.modulo(value, 2L), 0L));
    add("lower", value -> isCase(value, "islower"));
    add("upper", value -> isCase(value, "isupper"));
    Signature divisible = Signature.of("test_divisibleby", "value", "num");
    table.put(
        "divisibleby",
        (environment, value, arguments) -> {
          Object[] bound = divisible.bind(arguments.prepend(value));
          return Comparison.equal(Operators.modulo(bound[0], bound[1]), 0L);
        });
    table.put("filter", (environment, value, a) -> contains(environment.filterNames(), value));
    table.put("test", (environment, value, a) -> contains(environment.testNames(), value));
  }

  private static boolean contains(Set<String> names, Object value) {
    return Strings.isText(value) && names.contains(Strings.text(value));
  }

  private static boolean isCase(Object value, String method) {
    Object bound = Values.attribute(Printer.str(value), method);
    return Values.truth(Values.call(bound, Arguments.NONE));
  }

  private void addComparisons() {
    addBuiltin("eq", Set.of("eq", "==", "equalto"), Comparison::equal);
    addBuiltin("ne", Set.of("ne", "!="), (a, b) -> !Comparison.equal(a, b));
    addBuiltin("lt", Set.of("lt", "<", "lessthan"), (a, b) -> Comparison.ordered(a, b, "<"));
    addBuiltin("le", Set.of("le", "<="), (a, b) -> Comparison.ordered(a, b, "<="));
    addBuiltin("gt", Set.of("gt", ">", "greaterthan"), (a, b) -> Comparison.ordered(a, b, ">"));
    addBuiltin("ge", Set.of("ge", ">="), (a, b) -> Comparison.ordered(a, b, ">="));
    addNamed("in", "seq", (value, sequence) -> Comparison.contains(sequence, value));
    addNamed("sameas", "other", Tests::isSame);
  }

  private void addBuiltin(
      String function, Set<String> names, BiPredicate<Object, Object> comparison) {
    for (String name : names) {
      table.put(
          name,
          (environment, value, arguments) -> {
            if (arguments.count() != 1) {
              throw PythonException.typeError(
                  function + " expected 2 arguments, got " + (arguments.count() + 1));
            }
            return comparison.test(value, arguments.get(0));
          });
    }
  }

  private void addNamed(String name, String other, BiPredicate<Object, Object> comparison) {
    Signature signature = Signature.of("test_" + name, "value", other);
    table.put(
        name,
        (environment, value, arguments) -> {
          Object[] bound = signature.bind(arguments.prepend(value));
          return comparison.test(bound[0], bound[1]);
        });
  }

  /** Identity; small immutable values are shared in Python, so that equal ones are the same. */
  private static boolean isSame(Object a, Object b) {
    boolean shared =
        (a instanceof Boolean && b instanceof Boolean)
            || (a instanceof Long && b instanceof Long)
            || (a instanceof String && b instanceof String);
    return a == b || (shared && a.equals(b));
  }
}
