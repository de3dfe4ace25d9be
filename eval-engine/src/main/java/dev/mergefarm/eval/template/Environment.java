package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What expressions and filters share: access to members, filters, tests and global names. */
final class Environment {

  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  private static final Set<String> DICT_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private final TemplateOptions options;
  private final Map<String, Filter> filters;
  private final Map<String, Test> tests;
  private final Map<String, Object> globals;

  Environment(TemplateOptions options) {
    this.options = options;
    this.filters = Filters.all(options);
    this.tests = Tests.all();
    this.globals = Globals.all(options);
  }

  /** A filter's work. */
  @FunctionalInterface
  interface Filter {
    /**
     * @param autoescape whether printed values are being escaped
     */
    Object apply(Environment environment, boolean autoescape, Object value, Arguments arguments);
  }

  /** A test's work. */
  @FunctionalInterface
  interface Test {
    boolean apply(Environment environment, Object value, Arguments arguments);
  }

  boolean strict() {
    return options.undefined() == TemplateOptions.Undefined.STRICT;
  }

  boolean hasFilter(String name) {
    return filters.containsKey(name);
  }

  boolean hasTest(String name) {
    return tests.containsKey(name);
  }

  Set<String> filterNames() {
    return filters.keySet();
  }

  Set<String> testNames() {
    return tests.keySet();
  }

  /** Names that are defined without a context. */
  Map<String, Object> globals() {
    return globals;
  }

  /**
   * @throws PythonException of kind TEMPLATE_RUNTIME_ERROR for an unknown filter
   */
  Object filter(String name, boolean autoescape, Object value, Arguments arguments) {
    Filter filter = filters.get(name);
    if (filter == null) {
      throw new PythonException(
          Kind.TEMPLATE_RUNTIME_ERROR, "No filter named '" + name + "' found.");
    }
    return filter.apply(this, autoescape, value, arguments);
  }

  boolean test(String name, Object value, Arguments arguments) {
    Test test = tests.get(name);
    if (test == null) {
      throw new PythonException(Kind.TEMPLATE_RUNTIME_ERROR, "No test named '" + name + "' found.");
    }
    return test.apply(this, value, arguments);
  }

  /** {@code owner.name}: the attribute, else the item, else an undefined value. */
  Object attribute(Object owner, String name) {
    Object value = Values.attribute(owner, name);
    if (value != PythonObject.MISSING) {
      return isSafe(owner, name) ? value : UndefinedValue.unsafe(owner, name, strict());
    }
    try {
      return Values.item(owner, name);
    } catch (PythonException e) {
      return undefinedMember(e, owner, name);
    }
  }

  /** {@code owner[key]}: the item, else the attribute, else an undefined value. */
  Object item(Object owner, Object key) {
    try {
      return Values.item(owner, key);
    } catch (PythonException e) {
      if (!e.isLookupFailure()) {
        throw e;
      }
      if (Strings.isText(key)) {
        String name = Strings.text(key);
        Object value = Values.attribute(owner, name);
        if (value != PythonObject.MISSING) {
          return isSafe(owner, name) ? value : UndefinedValue.unsafe(owner, name, strict());
        }
      }
      return UndefinedValue.member(owner, key, strict());
    }
  }

  private Object undefinedMember(PythonException failure, Object owner, String name) {
    if (!failure.isLookupFailure()) {
      throw failure;
    }
    boolean internal = name.startsWith("__") && name.endsWith("__");
    return internal
        ? UndefinedValue.unsafe(owner, name, strict())
        : UndefinedValue.member(owner, name, strict());
  }

  private boolean isSafe(Object owner, String name) {
    if (!options.sandboxed()) {
      return true;
    }
    return !name.startsWith("_")
        && !(owner instanceof List<?> && LIST_CHANGES.contains(name))
        && !(owner instanceof PythonDict && DICT_CHANGES.contains(name));
  }

  UndefinedValue undefined(String hint) {
    return UndefinedValue.hint(hint, strict());
  }

  TemplateOptions options() {
    return options;
  }
}
