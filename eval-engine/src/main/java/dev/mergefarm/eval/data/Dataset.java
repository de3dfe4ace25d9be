package dev.mergefarm.eval.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A data set's splits, each read when first asked for. Not thread safe. */
public final class Dataset {

  private final Set<String> splits;
  private final Function<String, List<Map<String, Object>>> reader;
  private final Map<String, List<Map<String, Object>>> read = new LinkedHashMap<>();

  Dataset(Set<String> splits, Function<String, List<Map<String, Object>>> reader) {
    this.splits = splits;
    this.reader = reader;
  }

  /** A data set that is there already. */
  public static Dataset of(Map<String, List<Map<String, Object>>> splits) {
    return new Dataset(splits.keySet(), splits::get);
  }

  /** The names of the splits, in the order the task gives them. */
  public Set<String> splits() {
    return splits;
  }

  /**
   * The rows of a split in file order.
   *
   * @param split one of {@link #splits()}
   * @throws dev.mergefarm.common.MergefarmException {@code MALFORMED_DATA} naming file and line
   */
  public List<Map<String, Object>> rows(String split) {
    if (!splits.contains(split)) {
      throw new IllegalArgumentException("no split '" + split + "' among " + splits);
    }
    return read.computeIfAbsent(split, reader);
  }
}
