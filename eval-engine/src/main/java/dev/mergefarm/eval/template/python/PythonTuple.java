package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * A tuple; elements may be null. With field names it is a named tuple, which prints as a plain one.
 *
 * @param elements immutable
 * @param fields names of the elements, or empty
 */
public record PythonTuple(List<Object> elements, List<String> fields) implements PythonObject {

  public PythonTuple {
    elements = Collections.unmodifiableList(new ArrayList<>(elements));
    fields = List.copyOf(fields);
    if (!fields.isEmpty() && fields.size() != elements.size()) {
      throw new IllegalArgumentException("fields must name every element");
    }
  }

  public static PythonTuple of(Object... elements) {
    return new PythonTuple(Arrays.asList(elements), List.of());
  }

  public static PythonTuple copyOf(List<Object> elements) {
    return new PythonTuple(elements, List.of());
  }

  @Override
  public String typeName() {
    return fields.isEmpty() ? "tuple" : "_GroupTuple";
  }

  @Override
  public String repr() {
    return Printer.repr(this);
  }

  @Override
  public boolean truth() {
    return !elements.isEmpty();
  }

  @Override
  public Iterator<Object> iterate() {
    return elements.iterator();
  }

  @Override
  public long length() {
    return elements.size();
  }

  @Override
  public Object attribute(String name) {
    int field = fields.indexOf(name);
    if (field >= 0) {
      return elements.get(field);
    }
    return SequenceMethods.tupleMethod(this, name);
  }

  @Override
  public Object item(Object key) {
    return Sequences.element(elements, key, "tuple");
  }

  @Override
  public boolean same(Object other) {
    return other instanceof PythonTuple tuple && Comparison.equalLists(elements, tuple.elements);
  }
}
