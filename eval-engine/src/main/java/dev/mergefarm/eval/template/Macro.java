package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonTuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A macro as a value: called with arguments, it answers the text that its body renders. */
final class Macro implements PythonObject {

  private final String name;
  private final List<Statement.Parameter> parameters;
  private final Set<String> special;
  private final boolean strict;
  private final Function<Map<String, Object>, Object> body;

  /**
   * @param special which of {@code caller}, {@code kwargs} and {@code varargs} the body uses
   * @param strict whether a caller that was not given is strictly undefined
   * @param body renders with the bound names; a parameter not given is {@link #MISSING}
   */
  Macro(
      String name,
      List<Statement.Parameter> parameters,
      Set<String> special,
      boolean strict,
      Function<Map<String, Object>, Object> body) {
    this.name = name;
    this.parameters = parameters;
    this.special = special;
    this.strict = strict;
    this.body = body;
  }

  @Override
  public String typeName() {
    return "Macro";
  }

  @Override
  public String moduleName() {
    return "jinja2.runtime.";
  }

  @Override
  public String repr() {
    return name.isEmpty() ? "<Macro anonymous>" : "<Macro '" + name + "'>";
  }

  @Override
  public Object attribute(String attribute) {
    return switch (attribute) {
      case "name" -> name.isEmpty() ? null : name;
      case "arguments" ->
          PythonTuple.copyOf(
              parameters.stream().map(parameter -> (Object) parameter.name()).toList());
      case "catch_kwargs" -> special.contains("kwargs");
      case "catch_varargs" -> special.contains("varargs");
      case "caller" -> special.contains("caller");
      default -> MISSING;
    };
  }

  @Override
  public boolean callable() {
    return true;
  }

  @Override
  public Object call(Arguments arguments) {
    return body.apply(bind(arguments));
  }

  private boolean hasParameter(String wanted) {
    return parameters.stream().anyMatch(parameter -> parameter.name().equals(wanted));
  }

  private Map<String, Object> bind(Arguments arguments) {
    Map<String, Object> keywords = new LinkedHashMap<>(arguments.keywords());
    Map<String, Object> bound = new LinkedHashMap<>();
    int given = Math.min(arguments.count(), parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i).name();
      if (i < given) {
        bound.put(parameter, arguments.get(i));
      } else {
        bound.put(
            parameter, keywords.containsKey(parameter) ? keywords.remove(parameter) : MISSING);
      }
    }
    bindCaller(keywords, bound);
    bindRest(arguments, keywords, bound);
    return bound;
  }

  private void bindCaller(Map<String, Object> keywords, Map<String, Object> bound) {
    if (special.contains("caller") && !hasParameter("caller")) {
      Object caller = keywords.remove("caller");
      bound.put(
          "caller", caller == null ? UndefinedValue.hint("No caller defined", strict) : caller);
    }
  }

  private void bindRest(
      Arguments arguments, Map<String, Object> keywords, Map<String, Object> bound) {
    if (special.contains("kwargs")) {
      PythonDict rest = new PythonDict();
      keywords.forEach(rest::put);
      bound.put("kwargs", rest);
    } else if (!keywords.isEmpty()) {
      if (keywords.containsKey("caller")) {
        throw PythonException.typeError(
            "macro '"
                + name
                + "' was invoked with two values for the special caller argument."
                + " This is most likely a bug.");
      }
      throw PythonException.typeError(
          "macro '"
              + name
              + "' takes no keyword argument '"
              + keywords.keySet().iterator().next()
              + "'");
    }
    if (special.contains("varargs")) {
      bound.put(
          "varargs",
          PythonTuple.copyOf(
              arguments
                  .positional()
                  .subList(Math.min(arguments.count(), parameters.size()), arguments.count())));
    } else if (arguments.count() > parameters.size()) {
      throw PythonException.typeError(
          "macro '" + name + "' takes not more than " + parameters.size() + " argument(s)");
    }
  }
}
