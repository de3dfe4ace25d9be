package dev.mergefarm.eval.task;

import java.util.List;

/** How a {@code doc_to_*} key says what to take from a document. */
public sealed interface Field {

  /** The key is absent. */
  record Absent() implements Field {}

  /** A number that holds for every document. */
  record Index(long value) implements Field {}

  /** A list that holds for every document; its elements are no templates. */
  record Values(List<Object> items) implements Field {}

  /** A column's name or a template. */
  record Text(String source) implements Field {}

  /** A Python helper called with the document. */
  record Function(FunctionReference reference) implements Field {}

  default boolean isPresent() {
    return !(this instanceof Absent);
  }

  /** This field, or the other where this is absent. */
  default Field or(Field other) {
    return isPresent() ? this : other;
  }
}
