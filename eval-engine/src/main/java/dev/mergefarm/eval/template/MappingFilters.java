package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Comparison;
import dev.mergefarm.eval.template.python.HashKeys;
import dev.mergefarm.eval.template.python.PrettyPrinter;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonTuple;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Filters that order, group and look into values. */
final class MappingFilters {

  private MappingFilters() {}

  static void addTo(Filters filters) {
    Signature fallback =
        Signature.of("do_default", "value", "default_value", "boolean").withDefaults("", false);
    filters.add("default", fallback, (c, a) -> orDefault(a));
    filters.add("d", fallback, (c, a) -> orDefault(a));
    filters.add(
        "attr", Signature.of("do_attr", "obj", "name").withImplicit(1), MappingFilters::attribute);
    filters.add("items", Signature.of("do_items", "value"), (c, a) -> items(a[0]));
    filters.add("pprint", Signature.of("do_pprint", "value"), (c, a) -> PrettyPrinter.print(a[0]));
    filters.add(
        "dictsort",
        Signature.of("do_dictsort", "value", "case_sensitive", "by", "reverse")
            .withDefaults(false, "key", false),
        (c, a) -> dictSort(a));
    filters.add(
        "sort",
        Signature.of("do_sort", "value", "reverse", "case_sensitive", "attribute")
            .withDefaults(false, false, null)
            .withImplicit(1),
        MappingFilters::sort);
    filters.add(
        "unique",
        Signature.of("sync_do_unique", "value", "case_sensitive", "attribute")
            .withDefaults(false, null)
            .withImplicit(1),
        MappingFilters::unique);
    filters.add(
        "groupby",
        Signature.of("sync_do_groupby", "value", "attribute", "default", "case_sensitive")
            .withDefaults(null, false)
            .withImplicit(1),
        MappingFilters::groupBy);
    for (String name : List.of("min", "max")) {
      filters.add(
          name,
          Signature.of("do_" + name, "value", "case_sensitive", "attribute")
              .withDefaults(false, null)
              .withImplicit(1),
          (c, a) -> extreme(c, a, name.equals("min")));
    }
  }

  private static Object orDefault(Object[] a) {
    boolean replaced =
        a[0] instanceof UndefinedValue || (Values.truth(a[2]) && !Values.truth(a[0]));
    return replaced ? a[1] : a[0];
  }

  private static Object attribute(Filters.Call call, Object[] a) {
    if (!Strings.isText(a[1])) {
      throw PythonException.typeError(
          "attribute name must be string, not '" + Values.typeName(a[1]) + "'");
    }
    String name = Strings.text(a[1]);
    return Values.attribute(a[0], name) == PythonObject.MISSING
        ? UndefinedValue.member(a[0], name, call.environment().strict())
        : call.environment().attribute(a[0], name);
  }

  private static Object items(Object value) {
    return SequenceFilters.lazy(
        () -> {
          if (value instanceof UndefinedValue) {
            return List.of();
          }
          if (!(value instanceof PythonDict dict)) {
            throw PythonException.typeError("Can only get item pairs from a mapping.");
          }
          return pairs(dict);
        });
  }

  private static List<Object> pairs(PythonDict dict) {
    List<Object> pairs = new ArrayList<>();
    for (Map.Entry<Object, Object> entry : dict.entries()) {
      pairs.add(PythonTuple.of(entry.getKey(), entry.getValue()));
    }
    return pairs;
  }

  private static Object dictSort(Object[] a) {
    String by = Strings.isText(a[2]) ? Strings.text(a[2]) : "";
    if (!by.equals("key") && !by.equals("value")) {
      throw new PythonException(
          Kind.FILTER_ARGUMENT_ERROR, "You can only sort by either \"key\" or \"value\"");
    }
    if (!(a[0] instanceof PythonDict dict)) {
      if (a[0] instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.attributeError(a[0], "items");
    }
    int part = by.equals("key") ? 0 : 1;
    boolean sensitive = Values.truth(a[1]);
    return sorted(
        pairs(dict),
        pair -> {
          Object value = ((PythonTuple) pair).elements().get(part);
          return sensitive ? value : AttributePath.ignoreCase(value);
        },
        Values.truth(a[3]));
  }

  /** Stable also in reverse. */
  private static List<Object> sorted(
      List<Object> elements, Function<Object, Object> key, boolean reverse) {
    record Keyed(Object key, Object element) {}
    List<Keyed> keyed = new ArrayList<>();
    elements.forEach(element -> keyed.add(new Keyed(key.apply(element), element)));
    Comparator<Object> natural = Comparison.natural();
    Comparator<Keyed> order = (x, y) -> natural.compare(x.key(), y.key());
    keyed.sort(reverse ? order.reversed() : order);
    List<Object> result = new ArrayList<>();
    keyed.forEach(one -> result.add(one.element()));
    return result;
  }

  private static UnaryOperator<Object> change(Object caseSensitive) {
    return Values.truth(caseSensitive) ? UnaryOperator.identity() : AttributePath::ignoreCase;
  }

  private static Object sort(Filters.Call call, Object[] a) {
    Function<Object, Object> key = AttributePath.several(call.environment(), a[3], change(a[2]));
    return sorted(Values.toList(a[0]), key, Values.truth(a[1]));
  }

  private static Function<Object, Object> key(
      Filters.Call call, Object attribute, Object fallback, Object caseSensitive) {
    return AttributePath.single(call.environment(), attribute, fallback)
        .andThen(change(caseSensitive));
  }

  private static Object unique(Filters.Call call, Object[] a) {
    return SequenceFilters.lazy(
        () -> {
          Function<Object, Object> key = key(call, a[2], null, a[1]);
          Set<Object> seen = new HashSet<>();
          List<Object> result = new ArrayList<>();
          for (Object element : Values.toList(a[0])) {
            if (seen.add(HashKeys.of(key.apply(element)))) {
              result.add(element);
            }
          }
          return result;
        });
  }

  private static Object extreme(Filters.Call call, Object[] a, boolean least) {
    Iterator<Object> iterator = Values.iterate(a[0]);
    if (!iterator.hasNext()) {
      return call.environment().undefined("No aggregated item, sequence was empty.");
    }
    Function<Object, Object> key = key(call, a[2], null, a[1]);
    Object best = iterator.next();
    Object bestKey = key.apply(best);
    while (iterator.hasNext()) {
      Object element = iterator.next();
      Object elementKey = key.apply(element);
      if (Comparison.ordered(elementKey, bestKey, least ? "<" : ">")) {
        best = element;
        bestKey = elementKey;
      }
    }
    return best;
  }

  private static Object groupBy(Filters.Call call, Object[] a) {
    Function<Object, Object> key = key(call, a[1], a[2], a[3]);
    Function<Object, Object> shown = AttributePath.single(call.environment(), a[1], a[2]);
    List<Group> groups = new ArrayList<>();
    List<Object> members = List.of();
    Object current = null;
    for (Object element : sorted(Values.toList(a[0]), key, false)) {
      Object next = key.apply(element);
      if (members.isEmpty() || !Comparison.equal(current, next)) {
        members = new ArrayList<>();
        Object grouper = Values.truth(a[3]) ? next : shown.apply(element);
        groups.add(new Group(grouper, members));
        current = next;
      }
      members.add(element);
    }
    List<Object> tuples = new ArrayList<>();
    groups.forEach(group -> tuples.add(group.tuple()));
    return tuples;
  }

  /** A group while it is collected. */
  private record Group(Object grouper, List<Object> members) {
    PythonTuple tuple() {
      List<Object> elements = new ArrayList<>();
      elements.add(grouper);
      elements.add(members);
      return new PythonTuple(elements, List.of("grouper", "list"));
    }
  }
}
