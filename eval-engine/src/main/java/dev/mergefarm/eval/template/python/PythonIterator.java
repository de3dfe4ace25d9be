package dev.mergefarm.eval.template.python;

import java.util.Iterator;

/** A lazy iterator, such as a generator: it can be run through once. */
public final class PythonIterator implements PythonObject {

  private final String typeName;
  private final Iterator<Object> iterator;

  public PythonIterator(String typeName, Iterator<Object> iterator) {
    this.typeName = typeName;
    this.iterator = iterator;
  }

  public static PythonIterator generator(Iterator<Object> iterator) {
    return new PythonIterator("generator", iterator);
  }

  @Override
  public String typeName() {
    return typeName;
  }

  @Override
  public String repr() {
    return "<" + typeName + " object>";
  }

  @Override
  public Iterator<Object> iterate() {
    return iterator;
  }
}
