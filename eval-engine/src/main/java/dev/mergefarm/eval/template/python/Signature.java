package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a function written in Python, which may be given by position or by keyword, and
 * what Python says when a call does not fit.
 *
 * @param function name as in messages
 * @param implicit arguments that the engine passes first; messages count them
 * @param names parameters in order
 * @param defaults values of the last parameters
 */
public record Signature(String function, int implicit, List<String> names, List<Object> defaults) {

  /** Marks a parameter that was not given where the function must tell that from None. */
  public static final Object ABSENT = new Object();

  public Signature {
    names = List.copyOf(names);
    defaults = Collections.unmodifiableList(new ArrayList<>(defaults));
  }

  /** A signature whose parameters are all required. */
  public static Signature of(String function, String... names) {
    return new Signature(function, 0, List.of(names), List.of());
  }

  /** The same with values for the last parameters. */
  public Signature withDefaults(Object... values) {
    return new Signature(function, implicit, names, Arrays.asList(values));
  }

  /** The same with some arguments counted that the engine passes itself. */
  public Signature withImplicit(int count) {
    return new Signature(function, count, names, defaults);
  }

  /**
   * One value for each parameter.
   *
   * @throws PythonException of kind TYPE_ERROR in Python's words
   */
  public Object[] bind(Arguments arguments) {
    if (arguments.count() > names.size()) {
      throw tooMany(arguments);
    }
    Map<String, Object> bound = new LinkedHashMap<>();
    for (int i = 0; i < arguments.count(); i++) {
      bound.put(names.get(i), arguments.get(i));
    }
    for (Map.Entry<String, Object> keyword : arguments.keywords().entrySet()) {
      if (!names.contains(keyword.getKey())) {
        throw PythonException.typeError(
            function + "() got an unexpected keyword argument '" + keyword.getKey() + "'");
      }
      if (bound.containsKey(keyword.getKey())) {
        throw PythonException.typeError(
            function + "() got multiple values for argument '" + keyword.getKey() + "'");
      }
      bound.put(keyword.getKey(), keyword.getValue());
    }
    return fill(bound);
  }

  private Object[] fill(Map<String, Object> bound) {
    int required = names.size() - defaults.size();
    Object[] values = new Object[names.size()];
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      String name = names.get(i);
      if (bound.containsKey(name)) {
        values[i] = bound.get(name);
      } else if (i < required) {
        missing.add("'" + name + "'");
      } else {
        values[i] = defaults.get(i - required);
      }
    }
    if (!missing.isEmpty()) {
      throw PythonException.typeError(
          function
              + "() missing "
              + missing.size()
              + " required positional argument"
              + (missing.size() == 1 ? "" : "s")
              + ": "
              + enumerate(missing));
    }
    return values;
  }

  private PythonException tooMany(Arguments arguments) {
    int most = names.size() + implicit;
    int least = most - defaults.size();
    String range = least == most ? String.valueOf(most) : "from " + least + " to " + most;
    int given = arguments.count() + implicit;
    return PythonException.typeError(
        function
            + "() takes "
            + range
            + " positional argument"
            + (most == 1 ? "" : "s")
            + " but "
            + given
            + (given == 1 ? " was" : " were")
            + " given");
  }

  private static String enumerate(List<String> quoted) {
    if (quoted.size() == 1) {
      return quoted.getFirst();
    }
    if (quoted.size() == 2) {
      return quoted.get(0) + " and " + quoted.get(1);
    }
    return String.join(", ", quoted.subList(0, quoted.size() - 1)) + ", and " + quoted.getLast();
  }
}
