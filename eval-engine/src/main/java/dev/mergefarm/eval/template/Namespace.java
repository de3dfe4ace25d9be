package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.DictMethods;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonObject;

/** {@code namespace(...)}: the one object whose attributes a template can assign. */
final class Namespace implements PythonObject {

  private final PythonDict attributes;

  Namespace(Arguments arguments) {
    this.attributes = DictMethods.create(arguments);
  }

  void set(String name, Object value) {
    attributes.put(name, value);
  }

  @Override
  public String typeName() {
    return "Namespace";
  }

  @Override
  public String moduleName() {
    return "jinja2.utils.";
  }

  @Override
  public String repr() {
    return "<Namespace " + attributes.repr() + ">";
  }

  @Override
  public Object attribute(String name) {
    return attributes.get(name, MISSING);
  }
}
