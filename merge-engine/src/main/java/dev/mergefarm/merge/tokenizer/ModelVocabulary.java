package dev.mergefarm.merge.tokenizer;

import dev.mergefarm.merge.recipe.ModelName;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A model's vocabulary.
 *
 * @param statedSize the vocabulary size in its configuration; tokens at or above it have no row
 */
public record ModelVocabulary(ModelName model, Vocabulary vocabulary, OptionalLong statedSize) {

  /** The row of a token; empty when the model does not have it. */
  OptionalInt row(String token) {
    return vocabulary.row(token, statedSize);
  }
}
