package dev.mergefarm.eval.tokenizer;

import java.util.List;
import java.util.Optional;

/** Turns text into token ids and back. Safe for many threads. */
public interface TextTokenizer extends AutoCloseable {

  /**
   * A token with a meaning of its own.
   *
   * @param text as it is written in a prompt
   */
  record SpecialToken(String text, int id) {}

  /**
   * The ids of a text. Special tokens written out in the text become their ids.
   *
   * @param addSpecial whether the tokens that the tokenizer puts around every text are added
   */
  int[] encode(String text, boolean addSpecial);

  /** As {@link #encode} for many texts, which is faster. */
  List<int[]> encodeAll(List<String> texts, boolean addSpecial);

  /**
   * The text of ids.
   *
   * @param skipSpecial whether special tokens are left out
   */
  String decode(int[] tokens, boolean skipSpecial);

  /** The beginning-of-sequence token, where the tokenizer has one. */
  Optional<SpecialToken> beginToken();

  /** The end-of-sequence token, where the tokenizer has one. */
  Optional<SpecialToken> endToken();

  /** The chat template's source, where there is one. */
  Optional<String> chatTemplate();

  /** The longest input that the tokenizer was configured for, where it was. */
  Optional<Integer> maximumLength();

  @Override
  void close();
}
