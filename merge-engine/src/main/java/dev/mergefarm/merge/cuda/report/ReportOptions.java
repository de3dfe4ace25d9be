package dev.mergefarm.merge.cuda.report;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/**
 * What a report covers.
 *
 * @param seed of the random merges
 * @param randomMerges beside the systematic ones
 * @param elements of the tensors that kernels are measured with
 * @param hostBytes of each model that goes through the pipeline
 * @param folder for files to merge from
 * @param results where figures go for other programs, as lines of name=value
 */
record ReportOptions(
    long seed,
    int randomMerges,
    long elements,
    long hostBytes,
    Path folder,
    Optional<Path> results) {

  private static final long GIGA = 1_000_000_000L;

  /** A full report with fresh random numbers. */
  private static ReportOptions full() {
    return new ReportOptions(
        System.nanoTime(),
        500,
        1L << 28,
        4 * GIGA,
        Path.of(System.getProperty("java.io.tmpdir")),
        Optional.empty());
  }

  /**
   * Reads {@code --quick}, {@code --seed N}, {@code --folder DIR} and {@code --results FILE}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static ReportOptions parse(String[] arguments) {
    ReportOptions options = full();
    Iterator<String> words = Arrays.asList(arguments).iterator();
    while (words.hasNext()) {
      String word = words.next();
      options =
          switch (word) {
            case "--quick" -> options.quick();
            case "--seed" -> options.withSeed(Long.parseLong(value(word, words)));
            case "--folder" -> options.withFolder(Path.of(value(word, words)));
            case "--results" -> options.withResults(Path.of(value(word, words)));
            default -> throw new IllegalArgumentException("unknown option " + word);
          };
    }
    return options;
  }

  private static String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.next();
  }

  /** Sizes that a processor in the place of a GPU gets through in seconds; figures mean nothing. */
  private ReportOptions quick() {
    return new ReportOptions(seed, 10, 1 << 16, 1 << 22, folder, results);
  }

  private ReportOptions withSeed(long value) {
    return new ReportOptions(value, randomMerges, elements, hostBytes, folder, results);
  }

  private ReportOptions withFolder(Path value) {
    return new ReportOptions(seed, randomMerges, elements, hostBytes, value, results);
  }

  private ReportOptions withResults(Path value) {
    return new ReportOptions(seed, randomMerges, elements, hostBytes, folder, Optional.of(value));
  }
}
