package dev.mergefarm.eval.template.python;

import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A dict: insertion-ordered, with Python's notion of equal keys ({@code 1}, {@code 1.0} and {@code
 * True} are one key, printed as first given). Mutable and not thread safe.
 */
public final class PythonDict implements PythonObject {

  private final Map<Object, Map.Entry<Object, Object>> entries = new LinkedHashMap<>();

  public PythonDict() {}

  public PythonDict(PythonDict other) {
    putAll(other);
  }

  public void put(Object key, Object value) {
    Object canonical = HashKeys.of(key);
    Map.Entry<Object, Object> entry = entries.get(canonical);
    if (entry == null) {
      Budget.charge(1);
      entries.put(canonical, new SimpleEntry<>(key, value));
    } else {
      entry.setValue(value);
    }
  }

  public void putAll(PythonDict other) {
    other.entries.values().forEach(entry -> put(entry.getKey(), entry.getValue()));
  }

  public boolean containsKey(Object key) {
    return entries.containsKey(HashKeys.of(key));
  }

  public Object get(Object key, Object fallback) {
    Map.Entry<Object, Object> entry = entries.get(HashKeys.of(key));
    return entry == null ? fallback : entry.getValue();
  }

  /** Removes a key and answers its value, or {@link PythonObject#MISSING}. */
  public Object remove(Object key) {
    Map.Entry<Object, Object> entry = entries.remove(HashKeys.of(key));
    return entry == null ? MISSING : entry.getValue();
  }

  public void clear() {
    entries.clear();
  }

  public int size() {
    return entries.size();
  }

  /** The entries at this moment, in order; later changes of the dict do not show. */
  public List<Map.Entry<Object, Object>> entries() {
    return new ArrayList<>(entries.values());
  }

  public List<Object> keys() {
    List<Object> keys = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> keys.add(entry.getKey()));
    return keys;
  }

  public List<Object> values() {
    List<Object> values = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> values.add(entry.getValue()));
    return values;
  }

  @Override
  public String typeName() {
    return "dict";
  }

  @Override
  public String repr() {
    return Printer.repr(this);
  }

  @Override
  public boolean truth() {
    return !entries.isEmpty();
  }

  @Override
  public Iterator<Object> iterate() {
    return guarded(keys());
  }

  /** Goes over what was taken from the dict, as long as the dict keeps its size. */
  Iterator<Object> guarded(List<Object> taken) {
    Iterator<Object> iterator = Values.iterate(taken);
    int size = entries.size();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        if (entries.size() != size) {
          throw new PythonException(
              PythonException.Kind.RUNTIME_ERROR, "dictionary changed size during iteration");
        }
        return iterator.hasNext();
      }

      @Override
      public Object next() {
        return iterator.next();
      }
    };
  }

  @Override
  public long length() {
    return entries.size();
  }

  @Override
  public Object item(Object key) {
    Object value = get(key, MISSING);
    if (value == MISSING) {
      throw PythonException.keyError(key);
    }
    return value;
  }

  @Override
  public Object attribute(String name) {
    return DictMethods.method(this, name);
  }

  @Override
  public boolean hashable() {
    return false;
  }

  @Override
  public boolean same(Object other) {
    if (!(other instanceof PythonDict dict) || dict.size() != size()) {
      return false;
    }
    for (Map.Entry<Object, Map.Entry<Object, Object>> entry : entries.entrySet()) {
      Map.Entry<Object, Object> match = dict.entries.get(entry.getKey());
      if (match == null || !Comparison.equal(entry.getValue().getValue(), match.getValue())) {
        return false;
      }
    }
    return true;
  }
}
