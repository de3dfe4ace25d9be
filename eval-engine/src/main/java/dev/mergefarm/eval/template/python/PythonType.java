package dev.mergefarm.eval.template.python;

import java.util.function.Function;

/**
 * A class, such as {@code dict} among the globals or what {@code __class__} answers.
 *
 * @param name with its module, as {@code repr} shows it
 * @param constructor what calling it does
 */
public record PythonType(String name, Function<Arguments, Object> constructor)
    implements PythonObject {

  /** The class of a value; it prints but cannot be called. */
  public static PythonType of(Object value) {
    String module = value instanceof PythonObject object ? object.moduleName() : "";
    String name = module + Values.typeName(value);
    return new PythonType(
        name,
        arguments -> {
          throw new PythonException(
              PythonException.Kind.SECURITY_ERROR, "class '" + name + "' cannot be called");
        });
  }

  @Override
  public String typeName() {
    return "type";
  }

  @Override
  public String repr() {
    return "<class '" + name + "'>";
  }

  @Override
  public Object attribute(String attribute) {
    return attribute.equals("__name__") ? name.substring(name.lastIndexOf('.') + 1) : MISSING;
  }

  @Override
  public boolean callable() {
    return true;
  }

  @Override
  public Object call(Arguments arguments) {
    return constructor.apply(arguments);
  }

  @Override
  public boolean same(Object other) {
    return other instanceof PythonType type && name.equals(type.name);
  }
}
