package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.Collections;
import java.util.Iterator;

/**
 * What a missing name, attribute or item evaluates to.
 *
 * @param message what using it raises
 * @param kind as what
 * @param strict whether even printing, testing and iterating raise
 */
record UndefinedValue(String message, Kind kind, boolean strict) implements PythonObject {

  static UndefinedValue name(String name, boolean strict) {
    return new UndefinedValue(Printer.repr(name) + " is undefined", Kind.UNDEFINED_ERROR, strict);
  }

  static UndefinedValue member(Object owner, Object key, boolean strict) {
    String type = owner == null ? "None" : qualified(owner) + " object";
    String message =
        Strings.isText(key)
            ? Printer.repr(type) + " has no attribute " + Printer.repr(key)
            : type + " has no element " + Printer.repr(key);
    return new UndefinedValue(message, Kind.UNDEFINED_ERROR, strict);
  }

  private static String qualified(Object owner) {
    String module = owner instanceof PythonObject object ? object.moduleName() : "";
    return module + Values.typeName(owner);
  }

  static UndefinedValue hint(String hint, boolean strict) {
    return new UndefinedValue(hint, Kind.UNDEFINED_ERROR, strict);
  }

  static UndefinedValue unsafe(Object owner, String attribute, boolean strict) {
    String message =
        "access to attribute "
            + Printer.repr(attribute)
            + " of "
            + Printer.repr(Values.typeName(owner))
            + " object is unsafe.";
    return new UndefinedValue(message, Kind.SECURITY_ERROR, strict);
  }

  private PythonException failure() {
    return new PythonException(kind, message);
  }

  private void failIfStrict() {
    if (strict) {
      throw failure();
    }
  }

  @Override
  public String typeName() {
    return strict ? "StrictUndefined" : "Undefined";
  }

  @Override
  public String moduleName() {
    return "jinja2.runtime.";
  }

  @Override
  public String repr() {
    return "Undefined";
  }

  @Override
  public String str() {
    failIfStrict();
    return "";
  }

  @Override
  public boolean truth() {
    failIfStrict();
    return false;
  }

  @Override
  public Iterator<Object> iterate() {
    failIfStrict();
    return Collections.emptyIterator();
  }

  @Override
  public long length() {
    failIfStrict();
    return 0;
  }

  @Override
  public boolean same(Object other) {
    failIfStrict();
    return other instanceof UndefinedValue;
  }

  @Override
  public boolean decidesEquality() {
    return true;
  }

  @Override
  public boolean hashable() {
    failIfStrict();
    return true;
  }

  @Override
  public Object attribute(String name) {
    throw failure();
  }

  @Override
  public Object item(Object key) {
    throw failure();
  }

  @Override
  public boolean callable() {
    return true;
  }

  @Override
  public Object call(Arguments arguments) {
    throw failure();
  }

  @Override
  public void requireOperand() {
    throw failure();
  }
}
