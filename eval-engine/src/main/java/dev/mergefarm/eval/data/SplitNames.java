package dev.mergefarm.eval.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells from a file's path which split it belongs to, as data-set folders are usually named. */
final class SplitNames {

  private static final Set<String> TRAIN = Set.of("train", "training");
  private static final Set<String> TEST = Set.of("test", "testing", "eval", "evaluation");
  private static final Set<String> VALIDATION = Set.of("validation", "valid", "dev", "val");

  private static final Pattern NUMBERED = Pattern.compile("^(\\w+(?:\\.\\w+)*)-\\d{5}-of-\\d{5}");

  private SplitNames() {}

  /**
   * The split, or empty where no part of the path names one. A file that is a numbered part of a
   * split, as {@code dev-00000-of-00001.parquet}, gives its name as it is.
   */
  static Optional<String> of(String path) {
    List<String> parts = Arrays.asList(path.split("/"));
    Matcher part = NUMBERED.matcher(parts.getLast());
    if (part.find()) {
      return Optional.of(part.group(1));
    }
    return usual(parts);
  }

  private static Optional<String> usual(List<String> parts) {
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
