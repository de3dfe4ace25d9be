package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.List;

/** {@code str.format}: replacement fields in braces. */
final class StringFormat {

  private static final int DEEPEST = 2;

  private final Arguments arguments;
  private final PythonDict mapping;
  private int automatic;
  private boolean manual;

  private StringFormat(Arguments arguments, PythonDict mapping) {
    this.arguments = arguments;
    this.mapping = mapping;
  }

  static String format(String text, Arguments arguments) {
    return new StringFormat(arguments, arguments.keywordDict()).expand(text, DEEPEST);
  }

  static String formatMap(String text, Arguments arguments) {
    Object mapping = NativeCall.one("str.format_map", arguments);
    if (!(mapping instanceof PythonDict dict)) {
      throw PythonException.typeError(
          "'" + Values.typeName(mapping) + "' object is not subscriptable");
    }
    return new StringFormat(Arguments.NONE, dict).expand(text, DEEPEST);
  }

  private String expand(String text, int depth) {
    if (depth == 0) {
      throw PythonException.valueError("Max string recursion exceeded");
    }
    StringBuilder result = new StringBuilder();
    int position = 0;
    while (position < text.length()) {
      char c = text.charAt(position++);
      boolean doubled = position < text.length() && text.charAt(position) == c;
      if (c == '{' && !doubled) {
        int end = fieldEnd(text, position);
        result.append(field(text.substring(position, end), depth));
        position = end + 1;
      } else if (c == '}' && !doubled) {
        throw PythonException.valueError("Single '}' encountered in format string");
      } else {
        position += c == '{' || c == '}' ? 1 : 0;
        result.append(c);
      }
      Budget.chargeGrowth(result.length(), 1);
    }
    return result.toString();
  }

  private static int fieldEnd(String text, int start) {
    if (start >= text.length()) {
      throw PythonException.valueError("Single '{' encountered in format string");
    }
    int depth = 1;
    boolean index = false;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '[' && depth == 1) {
        index = true;
      } else if (c == ']') {
        index = false;
      } else if (c == '{' && !index) {
        depth++;
      } else if (c == '}' && !index && --depth == 0) {
        return i;
      }
    }
    throw PythonException.valueError("expected '}' before end of string");
  }

  private String field(String field, int depth) {
    int end = 0;
    int brackets = 0;
    while (end < field.length()) {
      char c = field.charAt(end);
      if (brackets == 0 && (c == '!' || c == ':')) {
        break;
      }
      brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
      end++;
    }
    String name = field.substring(0, end);
    char conversion = 0;
    if (end < field.length() && field.charAt(end) == '!') {
      conversion = conversion(field, end + 1);
      end += 2;
    }
    String specification = end < field.length() ? field.substring(end + 1) : "";
    Object value = convert(lookup(name), conversion);
    if (specification.indexOf('{') >= 0) {
      specification = expand(specification, depth - 1);
    }
    return ValueFormat.format(value, specification);
  }

  private static char conversion(String field, int at) {
    if (at >= field.length()) {
      throw PythonException.valueError("end of string while looking for conversion specifier");
    }
    if (at + 1 < field.length() && field.charAt(at + 1) != ':') {
      throw PythonException.valueError("expected ':' after conversion specifier");
    }
    return field.charAt(at);
  }

  private static Object convert(Object value, char conversion) {
    return switch (conversion) {
      case 0 -> value;
      case 's' -> Printer.str(value);
      case 'r', 'a' -> Printer.repr(value);
      default -> throw PythonException.valueError("Unknown conversion specifier " + conversion);
    };
  }

  private Object lookup(String name) {
    int end = 0;
    while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
      end++;
    }
    Object value = first(name.substring(0, end));
    for (Step step : steps(name, end)) {
      value = step.attribute() ? attribute(value, step.name()) : item(value, step.name());
    }
    return value;
  }

  private record Step(boolean attribute, String name) {}

  private static List<Step> steps(String name, int start) {
    List<Step> steps = new ArrayList<>();
    int position = start;
    while (position < name.length()) {
      if (name.charAt(position) == '.') {
        int end = position + 1;
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
          end++;
        }
        steps.add(new Step(true, name.substring(position + 1, end)));
        position = end;
      } else if (name.charAt(position) == '[') {
        int end = name.indexOf(']', position);
        if (end < 0) {
          throw PythonException.valueError("Missing ']' in format string");
        }
        steps.add(new Step(false, name.substring(position + 1, end)));
        position = end + 1;
      } else {
        throw PythonException.valueError(
            "Only '.' or '[' may follow ']' in format field specifier");
      }
      if (steps.getLast().name().isEmpty()) {
        throw PythonException.valueError("Empty attribute in format string");
      }
    }
    return steps;
  }

  private Object first(String name) {
    if (name.isEmpty()) {
      if (manual) {
        throw PythonException.valueError(
            "cannot switch from manual field specification to automatic field numbering");
      }
      return positional(automatic++);
    }
    if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      if (automatic > 0) {
        throw PythonException.valueError(
            "cannot switch from automatic field numbering to manual field specification");
      }
      manual = true;
      return positional(name.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(name));
    }
    return mapping.item(name);
  }

  private Object positional(int index) {
    if (index >= arguments.count()) {
      throw PythonException.indexError(
          "Replacement index " + index + " out of range for positional args tuple");
    }
    return arguments.get(index);
  }

  private static Object attribute(Object value, String name) {
    Object found = name.startsWith("_") ? PythonObject.MISSING : Values.attribute(value, name);
    if (found == PythonObject.MISSING) {
      throw PythonException.attributeError(value, name);
    }
    return found;
  }

  private static Object item(Object value, String key) {
    boolean number = key.chars().allMatch(c -> c >= '0' && c <= '9') && key.length() < 10;
    return Values.item(value, number ? (Object) Long.parseLong(key) : key);
  }
}
