package dev.mergefarm.eval.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.RequestFailure;
import dev.mergefarm.eval.tokenizer.PromptEncoder.EncodedPair;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptEncoderTest {

  private final WordTokenizer plain = new WordTokenizer(true, false);
  private final WordTokenizer adding = new WordTokenizer(true, true);

  private static EncodedPair pair(PromptEncoder encoder, String context, String continuation) {
    return encoder.encodePairs(List.of(context), List.of(continuation)).getFirst();
  }

  private static PromptEncoder encoder(TextTokenizer tokenizer) {
    return new PromptEncoder(tokenizer, Optional.empty());
  }

  @Test
  void whiteSpaceAtTheContextsEndMovesToTheContinuation() {
    EncodedPair pair = pair(encoder(plain), "two words ", "more");
    assertThat(pair.context()).containsExactly(plain.id("two"), plain.id(" words"));
    assertThat(pair.continuation()).containsExactly(plain.id(" more"));
  }

  @Test
  void theWholeIsEncodedAndCutAtTheContextsLength() {
    EncodedPair pair = pair(encoder(plain), "un", "likely it is");
    assertThat(pair.context()).containsExactly(plain.id("un"));
    assertThat(pair.continuation()).containsExactly(plain.id(" it"), plain.id(" is"));
  }

  @Test
  void anEmptyContextIsTheBeginToken() {
    EncodedPair pair = pair(encoder(adding), "", "some text");
    assertThat(pair.context()).containsExactly(WordTokenizer.BEGIN);
    assertThat(pair.continuation()).containsExactly(adding.id("some"), adding.id(" text"));
  }

  @Test
  void anEmptyContextIsTheEndTokenWhereThereIsNoBeginToken() {
    EncodedPair pair = pair(encoder(new WordTokenizer(false, false)), "", "text");
    assertThat(pair.context()).containsExactly(WordTokenizer.END);
  }

  @Test
  void aContinuationThatBeginsWithThePrefixTokenIsNotGivenAnother() {
    EncodedPair pair = pair(encoder(plain), "", "<s>text");
    assertThat(pair.context()).containsExactly(WordTokenizer.BEGIN);
    assertThat(pair.continuation()).containsExactly(plain.id("text"));
  }

  @Test
  void theTokenizersOwnBeginTokenIsKept() {
    assertThat(pair(encoder(adding), "a", " b").context())
        .containsExactly(WordTokenizer.BEGIN, adding.id("a"));
  }

  @Test
  void aTextThatSpellsTheBeginTokenOutIsNotGivenAnother() {
    assertThat(pair(encoder(adding), "<s>a", " b").context())
        .containsExactly(WordTokenizer.BEGIN, adding.id("a"));
  }

  @Test
  void theBeginTokenCanBeAskedForAndSwitchedOff() {
    assertThat(pair(new PromptEncoder(plain, Optional.of(true)), "a", " b").context())
        .containsExactly(WordTokenizer.BEGIN, plain.id("a"));
    assertThat(pair(new PromptEncoder(adding, Optional.of(true)), "a", " b").context())
        .containsExactly(WordTokenizer.BEGIN, adding.id("a"));
    assertThat(pair(new PromptEncoder(adding, Optional.of(false)), "a", " b").context())
        .containsExactly(adding.id("a"));
  }

  @Test
  void askingForABeginTokenThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> new PromptEncoder(new WordTokenizer(false, false), Optional.of(true)))
        .isInstanceOfSatisfying(
            MergefarmException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  @Test
  void aContinuationWithoutTokensIsRefused() {
    assertThatThrownBy(() -> pair(encoder(plain), "a", "b"))
        .isInstanceOf(RequestFailure.class)
        .hasMessageContaining("continuation has no tokens");
  }

  @Test
  void aContextOfWhiteSpaceAloneIsRefused() {
    assertThatThrownBy(() -> pair(encoder(plain), " ", "b"))
        .isInstanceOf(RequestFailure.class)
        .hasMessageContaining("context has no tokens");
  }

  @Test
  void anEmptyContextOfGenerationIsThePrefixToken() {
    assertThat(encoder(plain).encodeContexts(List.of("", "a")))
        .containsExactly(new int[] {WordTokenizer.BEGIN}, new int[] {plain.id("a")});
  }
}
