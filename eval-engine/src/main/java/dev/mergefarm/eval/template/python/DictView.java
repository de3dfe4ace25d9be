package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What {@code dict.keys()}, {@code values()} and {@code items()} answer: a view that follows the
 * dict.
 *
 * @param dict the dict looked at
 * @param part which part of each entry
 */
public record DictView(PythonDict dict, Part part) implements PythonObject {

  /** Parts of an entry. */
  public enum Part {
    KEYS,
    VALUES,
    ITEMS
  }

  boolean isKeys() {
    return part == Part.KEYS;
  }

  private List<Object> elements() {
    return switch (part) {
      case KEYS -> dict.keys();
      case VALUES -> dict.values();
      case ITEMS -> {
        List<Object> items = new ArrayList<>(dict.size());
        dict.entries().forEach(e -> items.add(PythonTuple.of(e.getKey(), e.getValue())));
        yield items;
      }
    };
  }

  List<Object> minus(Object other) {
    List<Object> left = new ArrayList<>(elements());
    left.removeIf(element -> Comparison.contains(other, element));
    return left;
  }

  @Override
  public String typeName() {
    return switch (part) {
      case KEYS -> "dict_keys";
      case VALUES -> "dict_values";
      case ITEMS -> "dict_items";
    };
  }

  @Override
  public String repr() {
    return typeName() + "(" + Printer.repr(elements()) + ")";
  }

  @Override
  public boolean truth() {
    return dict.size() > 0;
  }

  @Override
  public Iterator<Object> iterate() {
    return dict.guarded(elements());
  }

  @Override
  public long length() {
    return dict.size();
  }

  @Override
  public boolean same(Object other) {
    if (this == other || part == Part.VALUES) {
      return this == other;
    }
    return other instanceof DictView view
        && view.part == part
        && view.dict.size() == dict.size()
        && elements().stream().allMatch(element -> Comparison.contains(view, element));
  }
}
