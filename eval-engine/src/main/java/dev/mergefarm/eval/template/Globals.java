package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.BuiltinFunction;
import dev.mergefarm.eval.template.python.Dates;
import dev.mergefarm.eval.template.python.DictMethods;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonRange;
import dev.mergefarm.eval.template.python.PythonType;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;

/** The names that exist without a context. */
final class Globals {

  private Globals() {}

  static Map<String, Object> all(TemplateOptions options) {
    Map<String, Object> globals = new HashMap<>();
    globals.put(
        "range",
        new PythonType(
            "range", options.sandboxed() ? PythonRange::createBounded : PythonRange::create));
    globals.put("self", new TemplateReference());
    globals.put("dict", new PythonType("dict", DictMethods::create));
    globals.put("namespace", new PythonType("jinja2.utils.Namespace", Namespace::new));
    globals.put("cycler", new PythonType("jinja2.utils.Cycler", Cycler::new));
    globals.put("joiner", new PythonType("jinja2.utils.Joiner", Globals::joiner));
    globals.put("lipsum", BuiltinFunction.function("generate_lorem_ipsum", FillerText::generate));
    if (options.dialect() == TemplateOptions.Dialect.CHAT) {
      globals.put("raise_exception", BuiltinFunction.function("raise_exception", Globals::raise));
      globals.put(
          "strftime_now",
          BuiltinFunction.function("strftime_now", arguments -> now(options, arguments)));
    }
    return Map.copyOf(globals);
  }

  private static Object raise(Arguments arguments) {
    Object message = Signature.of("raise_exception", "message").bind(arguments)[0];
    throw new PythonException(Kind.TEMPLATE_ERROR, Printer.str(message));
  }

  private static Object now(TemplateOptions options, Arguments arguments) {
    Object format = Signature.of("strftime_now", "format").bind(arguments)[0];
    if (!Strings.isText(format)) {
      throw PythonException.typeError(
          "strftime() argument 1 must be str, not "
              + (format == null ? "None" : Values.typeName(format)));
    }
    return Dates.format(LocalDateTime.now(options.clock()), Strings.text(format));
  }

  private static Object joiner(Arguments arguments) {
    Object separator = Signature.of("Joiner.__init__", "sep").withDefaults(", ").bind(arguments)[0];
    return new Joiner(separator);
  }

  /** Answers nothing the first time and the separator from then on. */
  private static final class Joiner implements PythonObject {
    private final Object separator;
    private boolean used;

    Joiner(Object separator) {
      this.separator = separator;
    }

    @Override
    public String typeName() {
      return "Joiner";
    }

    @Override
    public String moduleName() {
      return "jinja2.utils.";
    }

    @Override
    public Object attribute(String name) {
      return switch (name) {
        case "sep" -> separator;
        case "used" -> used;
        default -> MISSING;
      };
    }

    @Override
    public boolean callable() {
      return true;
    }

    @Override
    public Object call(Arguments arguments) {
      boolean first = !used;
      used = true;
      return first ? "" : separator;
    }
  }

  /** {@code self}: would give access to blocks of a template that others extend. */
  private static final class TemplateReference implements PythonObject {
    @Override
    public String typeName() {
      return "TemplateReference";
    }

    @Override
    public String moduleName() {
      return "jinja2.runtime.";
    }

    @Override
    public String repr() {
      return "<TemplateReference None>";
    }
  }

  /** Goes round its values. */
  private static final class Cycler implements PythonObject {
    private final Arguments values;
    private int position;

    Cycler(Arguments values) {
      if (values.count() == 0) {
        throw new PythonException(Kind.RUNTIME_ERROR, "at least one item has to be provided");
      }
      this.values = values;
    }

    @Override
    public String typeName() {
      return "Cycler";
    }

    @Override
    public String moduleName() {
      return "jinja2.utils.";
    }

    private Object next() {
      Object value = values.get(position);
      position = (position + 1) % values.count();
      return value;
    }

    private Object reset() {
      position = 0;
      return null;
    }

    @Override
    public Object attribute(String name) {
      return switch (name) {
        case "current" -> values.get(position);
        case "pos" -> (long) position;
        case "next" -> BuiltinFunction.function("next", arguments -> next());
        case "reset" -> BuiltinFunction.function("reset", arguments -> reset());
        default -> MISSING;
      };
    }
  }
}
