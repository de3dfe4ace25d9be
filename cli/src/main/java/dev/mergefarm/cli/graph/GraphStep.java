package dev.mergefarm.cli.graph;

import java.util.List;

/**
 * One recipe of a file with several: one job of the farm.
 *
 * @param name what the file calls its result; for people, where it has none
 * @param recipe its text, in which the results of other steps stand under their names in the store
 * @param output where its result goes, as in {@code models/name}
 * @param needs names of the steps whose results it merges
 */
public record GraphStep(String name, String recipe, String output, List<String> needs) {

  public GraphStep {
    needs = List.copyOf(needs);
  }
}
