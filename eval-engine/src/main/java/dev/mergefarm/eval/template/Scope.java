package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.PythonObject;
import java.util.HashMap;
import java.util.Map;

/** The names assigned in one block, and the block around it. */
final class Scope {

  private final Scope parent;
  private final Map<String, Object> names = new HashMap<>();
  private final boolean autoescape;

  private Scope(Scope parent, boolean autoescape) {
    this.parent = parent;
    this.autoescape = autoescape;
  }

  static Scope outermost() {
    return new Scope(null, false);
  }

  Scope inner() {
    return new Scope(this, autoescape);
  }

  Scope inner(boolean escaping) {
    return new Scope(this, escaping);
  }

  /** Whether printed values are escaped here. */
  boolean autoescape() {
    return autoescape;
  }

  void set(String name, Object value) {
    names.put(name, value);
  }

  /** The value of a name here or further out, or {@link PythonObject#MISSING}. */
  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.parent) {
      Object value = scope.names.getOrDefault(name, PythonObject.MISSING);
      if (value != PythonObject.MISSING) {
        return value;
      }
    }
    return PythonObject.MISSING;
  }

  Scope root() {
    Scope scope = this;
    while (scope.parent != null) {
      scope = scope.parent;
    }
    return scope;
  }
}
