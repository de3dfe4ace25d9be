package dev.mergefarm.eval.data;

import java.util.List;

/** Where the data of tasks is looked for. Safe from many threads. */
@FunctionalInterface
public interface DataFiles {

  /** No data at all. */
  DataFiles NONE = pattern -> List.of();

  /**
   * @param pattern a path with {@code /}; {@code *} and {@code ?} match within one part, {@code **}
   *     any number of parts
   * @return the files found, in the order of their names; empty for none
   */
  List<DataFile> find(String pattern);

  /**
   * The same places, and where they know it the folder of a task's definition.
   *
   * @param definition path of the task's file, as the task library names it
   */
  default DataFiles beside(String definition) {
    return this;
  }

  /** Looks in each place in turn and answers with the first that has anything. */
  static DataFiles firstOf(List<DataFiles> places) {
    List<DataFiles> copy = List.copyOf(places);
    return new DataFiles() {
      @Override
      public List<DataFile> find(String pattern) {
        return copy.stream()
            .map(place -> place.find(pattern))
            .filter(found -> !found.isEmpty())
            .findFirst()
            .orElse(List.of());
      }

      @Override
      public DataFiles beside(String definition) {
        return firstOf(copy.stream().map(place -> place.beside(definition)).toList());
      }
    };
  }
}
