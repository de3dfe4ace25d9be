package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of one call.
 *
 * @param positional in order; may hold null ({@code None})
 * @param keywords in order; values may be null
 */
public record Arguments(List<Object> positional, Map<String, Object> keywords) {

  public static final Arguments NONE = new Arguments(List.of(), Map.of());

  public Arguments {
    positional = Collections.unmodifiableList(positional);
    keywords = Collections.unmodifiableMap(keywords);
  }

  public static Arguments of(Object... positional) {
    return new Arguments(Arrays.asList(positional), Map.of());
  }

  /** The same arguments with one more in front. */
  public Arguments prepend(Object first) {
    List<Object> all = new ArrayList<>(positional.size() + 1);
    all.add(first);
    all.addAll(positional);
    return new Arguments(all, keywords);
  }

  /** The same arguments without the first positional ones. */
  public Arguments drop(int count) {
    return new Arguments(positional.subList(count, positional.size()), keywords);
  }

  public int count() {
    return positional.size();
  }

  public Object get(int index) {
    return positional.get(index);
  }

  /** The positional argument at an index, or a default where there are fewer. */
  public Object get(int index, Object fallback) {
    return index < positional.size() ? positional.get(index) : fallback;
  }

  /** Keywords as a dict. */
  public PythonDict keywordDict() {
    PythonDict dict = new PythonDict();
    new LinkedHashMap<>(keywords).forEach(dict::put);
    return dict;
  }
}
