package dev.mergefarm.merge.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/**
 * How the output's vocabulary is made.
 *
 * @param path in the document
 * @param vocabulary whose tokens the output has
 * @param tokens settings of single tokens; a token that the vocabulary lacks is added
 * @param paddingMultiple the matrices' height is rounded up to a multiple of this
 */
public record TokenizerRecipe(
    String path,
    Vocabulary vocabulary,
    SequencedMap<String, Token> tokens,
    OptionalInt paddingMultiple) {

  public TokenizerRecipe {
    tokens = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tokens));
  }

  /** The model that the vocabulary is named by, if it is. */
  public Optional<ModelName> named() {
    return vocabulary instanceof Vocabulary.OfModel(ModelName model)
        ? Optional.of(model)
        : Optional.empty();
  }

  /** Whose tokens the output has. */
  public sealed interface Vocabulary {
    /** The base model's, without entries beyond its configured size. */
    record Base() implements Vocabulary {}

    /** The base model's and, after them, what the others have besides. */
    record Union() implements Vocabulary {}

    /** One model's, as it is. */
    record OfModel(ModelName model) implements Vocabulary {}
  }

  /**
   * One token's setting.
   *
   * @param path in the document
   * @param source where its row comes from; absent: as for any token
   * @param force whether models that have the token of their own get the source's row too
   */
  public record Token(String path, Optional<RowSource> source, boolean force) {}

  /** Where a token's row comes from. */
  public sealed interface RowSource {
    /** The row of the same token in a model. */
    record SameToken(ModelName model) implements RowSource {}

    /** The row of another token of a model. */
    record OtherToken(ModelName model, String token) implements RowSource {}

    /** A row of a model by its number. */
    record Row(ModelName model, int row) implements RowSource {}

    /** Zeros. */
    record Zero() implements RowSource {}
  }
}
