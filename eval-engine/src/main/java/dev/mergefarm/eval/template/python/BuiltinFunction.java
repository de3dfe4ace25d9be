package dev.mergefarm.eval.template.python;

import java.util.function.Function;

/** A function that the engine provides, or a method bound to its value. */
public final class BuiltinFunction implements PythonObject {

  private final String name;
  private final String repr;
  private final String typeName;
  private final Function<Arguments, Object> body;

  private BuiltinFunction(
      String name, String repr, String typeName, Function<Arguments, Object> body) {
    this.name = name;
    this.repr = repr;
    this.typeName = typeName;
    this.body = body;
  }

  /** A method of a built-in type, bound to a value. */
  public static BuiltinFunction method(
      String name, Object owner, Function<Arguments, Object> body) {
    String repr = "<built-in method " + name + " of " + Values.typeName(owner) + " object>";
    return new BuiltinFunction(name, repr, "builtin_function_or_method", body);
  }

  /** A plain function. */
  public static BuiltinFunction function(String name, Function<Arguments, Object> body) {
    return new BuiltinFunction(name, "<function " + name + ">", "function", body);
  }

  public String name() {
    return name;
  }

  @Override
  public String typeName() {
    return typeName;
  }

  @Override
  public String repr() {
    return repr;
  }

  @Override
  public boolean callable() {
    return true;
  }

  @Override
  public Object call(Arguments arguments) {
    return body.apply(arguments);
  }
}
