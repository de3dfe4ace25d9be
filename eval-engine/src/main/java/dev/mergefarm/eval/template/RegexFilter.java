package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonRegex;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;

/** The filter {@code regex_replace} of task templates: Python's {@code re.sub}. */
final class RegexFilter {

  private RegexFilter() {}

  static Object replace(Object value, Object pattern, Object replacement, Object count) {
    if (!Strings.isText(pattern)) {
      throw PythonException.typeError("first argument must be string or compiled pattern");
    }
    if (!Strings.isText(value)) {
      if (value instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.typeError(
          "expected string or bytes-like object, got '" + Values.typeName(value) + "'");
    }
    PythonRegex regex = PythonRegex.compile(Strings.text(pattern));
    return regex.replace(Strings.text(value), Strings.text(replacement), Numbers.index(count));
  }
}
