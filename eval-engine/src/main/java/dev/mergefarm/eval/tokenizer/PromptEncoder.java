package dev.mergefarm.eval.tokenizer;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.RequestFailure;
import dev.mergefarm.eval.tokenizer.TextTokenizer.SpecialToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Encodes what tasks send to models by the rules of lm-evaluation-harness, so that scores can be
 * compared. Safe for many threads.
 */
public final class PromptEncoder {

  /**
   * Context and continuation as tokens; together they are the tokens of the joined text.
   *
   * @param context at least one
   * @param continuation at least one
   */
  public record EncodedPair(int[] context, int[] continuation) {}

  /** Texts of one request after trailing white space has moved to the continuation. */
  private record Split(String context, String continuation) {}

  private final TextTokenizer tokenizer;
  private final Optional<Boolean> addBegin;

  /**
   * @param addBegin whether texts get the beginning-of-sequence token; empty for what the tokenizer
   *     does by itself
   * @throws MergefarmException with {@code INVALID_VALUE} when a begin token is asked for that the
   *     tokenizer does not have
   */
  public PromptEncoder(TextTokenizer tokenizer, Optional<Boolean> addBegin) {
    this.tokenizer = tokenizer;
    this.addBegin = addBegin;
    if (addBegin.orElse(false) && tokenizer.beginToken().isEmpty()) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "A beginning-of-sequence token is asked for, but the tokenizer has none.");
    }
  }

  /**
   * Splits context and continuation: white space at the context's end moves to the continuation,
   * the whole is encoded, and as many tokens as the context has by itself are its share. An empty
   * context is the prefix token.
   *
   * @throws RequestFailure with {@code INVALID_VALUE} when a part comes out empty, or an empty
   *     context needs a prefix token that the tokenizer does not have
   */
  public List<EncodedPair> encodePairs(List<String> contexts, List<String> continuations) {
    List<Split> splits = new ArrayList<>(contexts.size());
    for (int i = 0; i < contexts.size(); i++) {
      splits.add(split(contexts.get(i), continuations.get(i)));
    }
    Map<String, int[]> encoded = encodeDistinct(splits);
    List<EncodedPair> pairs = new ArrayList<>(splits.size());
    for (int i = 0; i < splits.size(); i++) {
      try {
        EncodedPair pair =
            contexts.get(i).isEmpty()
                ? afterPrefix(continuations.get(i))
                : slice(splits.get(i), encoded);
        throwIfEmpty(pair, contexts.get(i), continuations.get(i));
        pairs.add(pair);
      } catch (MergefarmException failure) {
        throw new RequestFailure(i, failure);
      }
    }
    return pairs;
  }

  private static Split split(String context, String continuation) {
    int end = context.length();
    while (end > 0 && isPythonSpace(context.codePointBefore(end))) {
      end -= Character.charCount(context.codePointBefore(end));
    }
    return new Split(context.substring(0, end), context.substring(end) + continuation);
  }

  /** White space as Python's {@code str.rstrip} understands it. */
  private static boolean isPythonSpace(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.isSpaceChar(codePoint)
        || codePoint == 0x85;
  }

  private Map<String, int[]> encodeDistinct(List<Split> splits) {
    List<String> texts =
        splits.stream()
            .flatMap(split -> Stream.of(split.context(), split.context() + split.continuation()))
            .distinct()
            .toList();
    List<int[]> tokens = encodeAll(texts);
    Map<String, int[]> encoded = new LinkedHashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      encoded.put(texts.get(i), tokens.get(i));
    }
    return encoded;
  }

  private static EncodedPair slice(Split split, Map<String, int[]> encoded) {
    int[] context = encoded.get(split.context());
    int[] whole = encoded.get(split.context() + split.continuation());
    int start = Math.min(context.length, whole.length);
    return new EncodedPair(context, Arrays.copyOfRange(whole, start, whole.length));
  }

  private EncodedPair afterPrefix(String continuation) {
    int[] tokens = tokenizer.encode(continuation, false);
    int prefix = prefixToken().id();
    if (tokens.length > 0 && tokens[0] == prefix) {
      return new EncodedPair(new int[] {prefix}, Arrays.copyOfRange(tokens, 1, tokens.length));
    }
    return new EncodedPair(new int[] {prefix}, tokens);
  }

  private static void throwIfEmpty(EncodedPair pair, String context, String continuation) {
    if (pair.context().length == 0 || pair.continuation().length == 0) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "The %s has no tokens: context ends in '%s', continuation is '%s'."
              .formatted(
                  pair.context().length == 0 ? "context" : "continuation",
                  context.substring(Math.max(0, context.length() - 40)),
                  continuation));
    }
  }

  /** Contexts of generation. An empty one is the prefix token. */
  public List<int[]> encodeContexts(List<String> contexts) {
    List<int[]> encoded = new ArrayList<>(encodeAll(contexts, this::startsWithBegin));
    encoded.replaceAll(tokens -> tokens.length == 0 ? new int[] {prefixToken().id()} : tokens);
    return encoded;
  }

  /** Whole texts, with the special tokens the tokenizer adds. */
  public List<int[]> encodeAll(List<String> texts) {
    return encodeAll(texts, this::startsWithPrefix);
  }

  private List<int[]> encodeAll(List<String> texts, Predicate<String> isMarked) {
    if (texts.stream().noneMatch(isMarked)) {
      return begun(tokenizer.encodeAll(texts, addBegin.orElse(true)));
    }
    List<int[]> tokens = new ArrayList<>(texts.size());
    for (String text : texts) {
      tokens.add(
          isMarked.test(text)
              ? tokenizer.encode(text, false)
              : begun(List.of(tokenizer.encode(text, addBegin.orElse(true)))).getFirst());
    }
    return tokens;
  }

  private List<int[]> begun(List<int[]> texts) {
    if (!addBegin.orElse(false)) {
      return texts;
    }
    int begin = tokenizer.beginToken().orElseThrow().id();
    return texts.stream()
        .map(tokens -> tokens.length > 0 && tokens[0] == begin ? tokens : prepend(begin, tokens))
        .toList();
  }

  private static int[] prepend(int token, int[] tokens) {
    int[] all = new int[tokens.length + 1];
    all[0] = token;
    System.arraycopy(tokens, 0, all, 1, tokens.length);
    return all;
  }

  private boolean startsWithPrefix(String text) {
    return tokenizer
        .beginToken()
        .or(tokenizer::endToken)
        .filter(token -> text.startsWith(token.text()))
        .isPresent();
  }

  private boolean startsWithBegin(String text) {
    return tokenizer.beginToken().filter(token -> text.startsWith(token.text())).isPresent();
  }

  /**
   * What stands in for an empty context: the begin token, else the end token.
   *
   * @throws MergefarmException with {@code INVALID_VALUE} when the tokenizer has neither
   */
  public SpecialToken prefixToken() {
    return tokenizer
        .beginToken()
        .or(tokenizer::endToken)
        .orElseThrow(
            () ->
                new MergefarmException(
                    ErrorCode.INVALID_VALUE,
                    "An empty context needs a begin or end token, and the tokenizer has neither."));
  }
}
