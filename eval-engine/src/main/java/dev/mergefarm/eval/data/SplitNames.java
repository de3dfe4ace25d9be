package dev.mergefarm.eval.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Tells from a file's path which split it belongs to, as data-set folders are usually named. */
final class SplitNames {

  private static final Set<String> TRAIN = Set.of("train", "training");
  private static final Set<String> TEST = Set.of("test", "testing", "eval", "evaluation");
  private static final Set<String> VALIDATION = Set.of("validation", "valid", "dev", "val");

  private SplitNames() {}

  /** The split, or empty where no part of the path names one. */
  static Optional<String> of(String path) {
    List<String> parts = Arrays.asList(path.split("/"));
    for (String part : parts.reversed()) {
      for (String word : part.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
        Optional<String> split = ofWord(word);
        if (split.isPresent()) {
          return split;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ofWord(String word) {
    if (TRAIN.contains(word)) {
      return Optional.of("train");
    }
    if (TEST.contains(word)) {
      return Optional.of("test");
    }
    return VALIDATION.contains(word) ? Optional.of("validation") : Optional.empty();
  }
}
