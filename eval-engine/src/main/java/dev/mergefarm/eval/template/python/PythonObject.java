package dev.mergefarm.eval.template.python;

import java.util.Iterator;

/** A value without a direct Java counterpart. The defaults answer as Python's {@code object}. */
public interface PythonObject {

  /** What {@link #attribute} answers where there is no such attribute. */
  Object MISSING =
      new Object() {
        @Override
        public String toString() {
          return "missing";
        }
      };

  /** The name of the class, as error messages have it. */
  String typeName();

  /** The class's module with a dot behind, empty for built-in classes. */
  default String moduleName() {
    return "";
  }

  default String repr() {
    return "<" + moduleName() + typeName() + " object>";
  }

  default String str() {
    return repr();
  }

  default boolean truth() {
    return true;
  }

  default Iterator<Object> iterate() {
    throw PythonException.typeError("'" + typeName() + "' object is not iterable");
  }

  default long length() {
    throw PythonException.typeError("object of type '" + typeName() + "' has no len()");
  }

  default Object attribute(String name) {
    return MISSING;
  }

  /**
   * @throws PythonException of kind KEY_ERROR, INDEX_ERROR or TYPE_ERROR where there is no item
   */
  default Object item(Object key) {
    throw PythonException.typeError("'" + typeName() + "' object is not subscriptable");
  }

  default boolean callable() {
    return false;
  }

  default Object call(Arguments arguments) {
    throw PythonException.typeError("'" + typeName() + "' object is not callable");
  }

  /** Equality by identity, as Python's default. */
  default boolean same(Object other) {
    return this == other;
  }

  /** Whether {@link #same} decides also where the other operand has an opinion of its own. */
  default boolean decidesEquality() {
    return false;
  }

  /** Whether the value can be a dict key. */
  default boolean hashable() {
    return true;
  }

  /** Called before the value takes part in arithmetic or ordering; an undefined value refuses. */
  default void requireOperand() {}
}
