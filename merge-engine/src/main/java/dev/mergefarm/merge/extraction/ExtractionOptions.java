package dev.mergefarm.merge.extraction;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How an adapter is taken from two models.
 *
 * @param maximumRank most columns of a factor, 1 or more
 * @param distributeScale whether both factors get the roots of the singular values; else the down
 *     factor gets the values
 * @param embeddings whether embeddings and output heads are decomposed too; else they are saved
 *     whole
 * @param saved modules to save whole, by name or the last part of it
 * @param include where not empty, only modules that one of these is found in are decomposed
 * @param exclude modules that one of these is found in are left alone
 * @param leastSingularValue smaller singular values are dropped; 0: none are
 * @param skipUndecomposable whether modules that are no matrices are left out instead of saved
 */
public record ExtractionOptions(
    int maximumRank,
    boolean distributeScale,
    boolean embeddings,
    Set<String> saved,
    List<Pattern> include,
    List<Pattern> exclude,
    double leastSingularValue,
    boolean skipUndecomposable) {

  /** Rank 128, scale in both factors, embeddings and norms whole, everything included. */
  public static final ExtractionOptions DEFAULTS =
      new ExtractionOptions(128, true, false, Set.of(), List.of(), List.of(), 0, false);

  public ExtractionOptions {
    if (maximumRank < 1) {
      throw new IllegalArgumentException(
          "the maximum rank must be 1 or more, found " + maximumRank);
    }
    if (!(leastSingularValue >= 0) || Double.isInfinite(leastSingularValue)) {
      throw new IllegalArgumentException(
          "the least singular value must be 0 or more, found " + leastSingularValue);
    }
    saved = Set.copyOf(saved);
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /** The same with another rank. */
  public ExtractionOptions withMaximumRank(int rank) {
    return new ExtractionOptions(
        rank,
        distributeScale,
        embeddings,
        saved,
        include,
        exclude,
        leastSingularValue,
        skipUndecomposable);
  }

  boolean excludes(String module) {
    return exclude.stream().anyMatch(pattern -> pattern.matcher(module).find());
  }

  boolean decomposes(String module) {
    boolean included =
        include.isEmpty() || include.stream().anyMatch(pattern -> pattern.matcher(module).find());
    return included && !excludes(module);
  }
}
