package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonIterator;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** {@code map}, {@code select} and their kin: lazy, one element at a time. */
final class SelectionFilters {

  private SelectionFilters() {}

  static void addTo(Filters filters) {
    filters.addVariadic(
        "map",
        (environment, escape, value, a) ->
            generator(value, () -> mapper(environment, escape, a), null));
    addSelection(filters, "select", false, true);
    addSelection(filters, "reject", false, false);
    addSelection(filters, "selectattr", true, true);
    addSelection(filters, "rejectattr", true, false);
  }

  private static void addSelection(
      Filters filters, String name, boolean byAttribute, boolean wanted) {
    filters.addVariadic(
        name,
        (environment, escape, value, a) ->
            generator(value, null, () -> selector(environment, a, byAttribute, wanted)));
  }

  private static Function<Object, Object> mapper(
      Environment environment, boolean autoescape, Arguments arguments) {
    if (arguments.count() == 0 && arguments.keywords().containsKey("attribute")) {
      Map<String, Object> keywords = new LinkedHashMap<>(arguments.keywords());
      Object attribute = keywords.remove("attribute");
      Object fallback = keywords.remove("default");
      if (!keywords.isEmpty()) {
        throw new PythonException(
            Kind.FILTER_ARGUMENT_ERROR,
            "Unexpected keyword argument " + Printer.repr(keywords.keySet().iterator().next()));
      }
      return AttributePath.single(environment, attribute, fallback);
    }
    if (arguments.count() == 0) {
      throw new PythonException(Kind.FILTER_ARGUMENT_ERROR, "map requires a filter argument");
    }
    String name = name("filter", arguments.get(0));
    Arguments rest = arguments.drop(1);
    if (!environment.hasFilter(name)) {
      return element -> {
        throw new PythonException(
            Kind.TEMPLATE_RUNTIME_ERROR, "No filter named " + Printer.repr(name) + ".");
      };
    }
    return element -> environment.filter(name, autoescape, element, rest);
  }

  private static String name(String kind, Object value) {
    if (!Strings.isText(value)) {
      throw new PythonException(
          Kind.TEMPLATE_RUNTIME_ERROR, "No " + kind + " named " + Printer.repr(value) + ".");
    }
    return Strings.text(value);
  }

  private static Predicate<Object> selector(
      Environment environment, Arguments arguments, boolean byAttribute, boolean wanted) {
    Function<Object, Object> part = element -> element;
    Arguments rest = arguments;
    if (byAttribute) {
      if (arguments.count() == 0) {
        throw new PythonException(
            Kind.FILTER_ARGUMENT_ERROR, "Missing parameter for attribute name");
      }
      part = AttributePath.single(environment, arguments.get(0), null);
      rest = arguments.drop(1);
    }
    Function<Object, Object> getter = part;
    if (rest.count() == 0) {
      return element -> Values.truth(getter.apply(element)) == wanted;
    }
    String name = name("test", rest.get(0));
    Arguments parameters = rest.drop(1);
    return element -> {
      Object value = getter.apply(element);
      if (!environment.hasTest(name)) {
        throw new PythonException(
            Kind.TEMPLATE_RUNTIME_ERROR, "No test named " + Printer.repr(name) + ".");
      }
      return environment.test(name, value, parameters) == wanted;
    };
  }

  /** A generator that looks at nothing, not even its source, before the first element. */
  private static PythonIterator generator(
      Object source,
      Supplier<Function<Object, Object>> mapper,
      Supplier<Predicate<Object>> selector) {
    return PythonIterator.generator(
        new Iterator<>() {
          private Iterator<Object> elements;
          private Function<Object, Object> map = element -> element;
          private Predicate<Object> select = element -> true;
          private boolean found;
          private Object next;

          private void start() {
            if (elements == null) {
              elements = Collections.emptyIterator();
              if (Values.truth(source)) {
                map = mapper == null ? map : mapper.get();
                select = selector == null ? select : selector.get();
                elements = Values.iterate(source);
              }
            }
          }

          @Override
          public boolean hasNext() {
            start();
            while (!found && elements.hasNext()) {
              Object element = elements.next();
              if (select.test(element)) {
                next = map.apply(element);
                found = true;
              }
            }
            return found;
          }

          @Override
          public Object next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            found = false;
            return next;
          }
        });
  }
}
