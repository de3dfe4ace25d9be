package dev.mergefarm.eval.run;

import java.util.List;
import java.util.Map;

/**
 * A document with what its fields rendered to.
 *
 * @param index in its split
 * @param fields the document itself
 * @param text the input: text, or an index among the choices
 * @param target the expected answer: an index, a text or a list
 * @param choices empty without {@code doc_to_choice}
 */
record PlannedDocument(
    int index, Map<String, Object> fields, Object text, Object target, List<Object> choices) {}
