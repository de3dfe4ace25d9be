package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Comparison;
import dev.mergefarm.eval.template.python.DictView;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.Operators;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonIterator;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonRange;
import dev.mergefarm.eval.template.python.PythonTuple;
import dev.mergefarm.eval.template.python.Sequences;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/** Filters on whole sequences. */
final class SequenceFilters {

  private SequenceFilters() {}

  static void addTo(Filters filters) {
    filters.addBuiltin(Set.of("length", "count"), "len", Values::length);
    filters.add("list", Signature.of("sync_do_list", "value"), (c, a) -> Values.toList(a[0]));
    filters.add(
        "first", Signature.of("sync_do_first", "seq").withImplicit(1), (c, a) -> first(c, a[0]));
    filters.add("last", Signature.of("do_last", "seq").withImplicit(1), (c, a) -> last(c, a[0]));
    filters.add(
        "random", Signature.of("do_random", "seq").withImplicit(1), (c, a) -> random(c, a[0]));
    filters.add("reverse", Signature.of("do_reverse", "value"), (c, a) -> reverse(a[0]));
    filters.add(
        "join",
        Signature.of("sync_do_join", "value", "d", "attribute")
            .withDefaults("", null)
            .withImplicit(1),
        SequenceFilters::join);
    filters.add(
        "sum",
        Signature.of("sync_do_sum", "iterable", "attribute", "start")
            .withDefaults(null, 0L)
            .withImplicit(1),
        SequenceFilters::sum);
    filters.add(
        "batch",
        Signature.of("do_batch", "value", "linecount", "fill_with").withDefaults((Object) null),
        (c, a) -> batch(a));
    filters.add(
        "slice",
        Signature.of("sync_do_slice", "value", "slices", "fill_with").withDefaults((Object) null),
        (c, a) -> slice(a));
  }

  private static Object first(Filters.Call call, Object sequence) {
    Iterator<Object> iterator = Values.iterate(sequence);
    return iterator.hasNext()
        ? iterator.next()
        : call.environment().undefined("No first item, sequence was empty.");
  }

  /** The elements from the end, where the value has an end. */
  private static List<Object> reversed(Object value) {
    if (value instanceof UndefinedValue undefined && undefined.length() == 0) {
      return List.of();
    }
    boolean reversible =
        Strings.isText(value)
            || value instanceof List<?>
            || value instanceof PythonTuple
            || value instanceof PythonRange
            || value instanceof PythonDict
            || value instanceof DictView;
    if (!reversible) {
      if (value instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.typeError("'" + Values.typeName(value) + "' object is not reversible");
    }
    List<Object> elements = Values.toList(value);
    Collections.reverse(elements);
    return elements;
  }

  private static Object last(Filters.Call call, Object sequence) {
    List<Object> elements = reversed(sequence);
    return elements.isEmpty()
        ? call.environment().undefined("No last item, sequence was empty.")
        : elements.getFirst();
  }

  private static Object random(Filters.Call call, Object sequence) {
    long length = Values.length(sequence);
    if (length == 0) {
      return call.environment().undefined("No random item, sequence was empty.");
    }
    return Values.item(sequence, ThreadLocalRandom.current().nextLong(length));
  }

  private static Object reverse(Object value) {
    if (Strings.isText(value)) {
      return Sequences.slice(value, null, null, -1L);
    }
    if (value instanceof PythonIterator || !Values.isIterable(value)) {
      if (!Values.isIterable(value)) {
        throw new PythonException(Kind.FILTER_ARGUMENT_ERROR, "argument must be iterable");
      }
      List<Object> elements = Values.toList(value);
      Collections.reverse(elements);
      return elements;
    }
    return new PythonIterator(reverseIteratorName(value), reversed(value).iterator());
  }

  private static String reverseIteratorName(Object value) {
    return switch (value) {
      case List<?> list -> "list_reverseiterator";
      case PythonRange range -> "range_iterator";
      case PythonDict dict -> "dict_reversekeyiterator";
      case DictView view ->
          switch (view.part()) {
            case KEYS -> "dict_reversekeyiterator";
            case VALUES -> "dict_reversevalueiterator";
            case ITEMS -> "dict_reverseitemiterator";
          };
      default -> "reversed";
    };
  }

  private static Object join(Filters.Call call, Object[] a) {
    List<Object> elements = Values.toList(a[0]);
    if (a[2] != null) {
      Function<Object, Object> getter = AttributePath.single(call.environment(), a[2], null);
      elements.replaceAll(getter::apply);
    }
    boolean marked =
        call.autoescape()
            && (a[1] instanceof Markup || elements.stream().anyMatch(e -> e instanceof Markup));
    String separator = marked ? Markup.escape(a[1]).text() : Printer.str(a[1]);
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < elements.size(); i++) {
      Object element = elements.get(i);
      String text = marked ? Markup.escape(element).text() : Printer.str(element);
      result.append(i == 0 ? "" : separator).append(text);
      Budget.chargeGrowth(result.length(), separator.length() + text.length());
    }
    return marked ? new Markup(result.toString()) : result.toString();
  }

  private static Object sum(Filters.Call call, Object[] a) {
    if (Strings.isText(a[2])) {
      throw PythonException.typeError("sum() can't sum strings [use ''.join(seq) instead]");
    }
    Iterator<Object> iterator = Values.iterate(a[0]);
    Function<Object, Object> getter =
        a[1] == null ? element -> element : AttributePath.single(call.environment(), a[1], null);
    Object total = a[2];
    while (iterator.hasNext()) {
      total = Operators.add(total, getter.apply(iterator.next()));
    }
    return total;
  }

  private static Object batch(Object[] a) {
    return lazy(
        () -> {
          List<Object> batches = new ArrayList<>();
          List<Object> current = new ArrayList<>();
          Iterator<Object> iterator = Values.iterate(a[0]);
          while (iterator.hasNext()) {
            Object element = iterator.next();
            if (Comparison.equal((long) current.size(), a[1])) {
              batches.add(current);
              current = new ArrayList<>();
            }
            current.add(element);
          }
          if (!current.isEmpty()) {
            if (a[2] != null && Comparison.ordered((long) current.size(), a[1], "<")) {
              long missing = Numbers.index(a[1]) - current.size();
              Budget.chargeValue(missing);
              current.addAll(Collections.nCopies((int) missing, a[2]));
            }
            batches.add(current);
          }
          return batches;
        });
  }

  private static Object slice(Object[] a) {
    return lazy(
        () -> {
          List<Object> elements = Values.toList(a[0]);
          Object perSlice = Operators.floorDivide((long) elements.size(), a[1]);
          long slices = Numbers.index(a[1]);
          long extra = elements.size() % slices;
          long size = Numbers.index(perSlice);
          Budget.chargeValue(Math.max(slices, 0));
          List<Object> result = new ArrayList<>();
          int start = 0;
          for (long i = 0; i < slices; i++) {
            int end = (int) (start + size + (i < extra ? 1 : 0));
            List<Object> part = new ArrayList<>(elements.subList(start, end));
            if (a[2] != null && i >= extra) {
              part.add(a[2]);
            }
            result.add(part);
            start = end;
          }
          return result;
        });
  }

  /** A generator whose work starts when its first element is asked for. */
  static PythonIterator lazy(Supplier<List<Object>> work) {
    return PythonIterator.generator(
        new Iterator<>() {
          private Iterator<Object> elements;

          private Iterator<Object> elements() {
            if (elements == null) {
              elements = work.get().iterator();
            }
            return elements;
          }

          @Override
          public boolean hasNext() {
            return elements().hasNext();
          }

          @Override
          public Object next() {
            return elements().next();
          }
        });
  }
}
