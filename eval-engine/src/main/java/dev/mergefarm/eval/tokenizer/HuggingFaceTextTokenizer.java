package dev.mergefarm.eval.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.torch.NativeLibraries;
import dev.mergefarm.storage.model.Model;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tokenizer of a model's {@code tokenizer.json}, never truncating or padding. Safe for many
 * threads; owns native memory until closed.
 */
public final class HuggingFaceTextTokenizer implements TextTokenizer {

  /** Texts handed to the native library at a time. */
  private static final int BATCH = 256;

  private final HuggingFaceTokenizer tokenizer;
  private final TokenizerSettings settings;
  private final Optional<SpecialToken> begin;
  private final Optional<SpecialToken> end;

  private HuggingFaceTextTokenizer(HuggingFaceTokenizer tokenizer, TokenizerSettings settings) {
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.begin = settings.beginToken().flatMap(this::special);
    this.end = settings.endToken().flatMap(this::special);
  }

  /**
   * Loads a model's tokenizer.
   *
   * @throws MergefarmException with {@code MODEL_INCOMPLETE} when there is no {@code
   *     tokenizer.json}, or {@code MALFORMED_JSON} when it cannot be understood
   */
  public static HuggingFaceTextTokenizer load(Model model) {
    byte[] json =
        model
            .file("tokenizer.json")
            .orElseThrow(
                () ->
                    new MergefarmException(
                        ErrorCode.MODEL_INCOMPLETE,
                        "The model %s has no tokenizer.json; other tokenizer files are not read."
                            .formatted(model.reference().text())));
    TokenizerSettings settings = TokenizerSettings.read(model);
    NativeLibraries.prepare();
    try {
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"));
      return new HuggingFaceTextTokenizer(tokenizer, settings);
    } catch (IOException | RuntimeException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_JSON, "tokenizer.json is not a tokenizer: " + e.getMessage(), e);
    }
  }

  /** A special token is one id whatever is around it; a text of several ids is none. */
  private Optional<SpecialToken> special(String text) {
    long[] ids = tokenizer.encode(text, false, false).getIds();
    return ids.length == 1
        ? Optional.of(new SpecialToken(text, Math.toIntExact(ids[0])))
        : Optional.empty();
  }

  @Override
  public int[] encode(String text, boolean addSpecial) {
    return encodeAll(List.of(text), addSpecial).getFirst();
  }

  @Override
  public List<int[]> encodeAll(List<String> texts, boolean addSpecial) {
    boolean configured = settings.addBegin().isPresent() || settings.addEnd().isPresent();
    List<int[]> result = new ArrayList<>(texts.size());
    for (int start = 0; start < texts.size(); start += BATCH) {
      List<String> batch = texts.subList(start, Math.min(texts.size(), start + BATCH));
      for (Encoding encoding : tokenizer.batchEncode(batch, addSpecial && !configured, false)) {
        int[] ids = Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
        result.add(addSpecial && configured ? surrounded(ids) : ids);
      }
    }
    return result;
  }

  /** What the settings say about begin and end tokens overrules {@code tokenizer.json}. */
  private int[] surrounded(int[] ids) {
    boolean addBegin = settings.addBegin().orElse(false) && begin.isPresent();
    boolean addEnd = settings.addEnd().orElse(false) && end.isPresent();
    int[] all = new int[ids.length + (addBegin ? 1 : 0) + (addEnd ? 1 : 0)];
    System.arraycopy(ids, 0, all, addBegin ? 1 : 0, ids.length);
    if (addBegin) {
      all[0] = begin.orElseThrow().id();
    }
    if (addEnd) {
      all[all.length - 1] = end.orElseThrow().id();
    }
    return all;
  }

  @Override
  public String decode(int[] tokens, boolean skipSpecial) {
    return tokens.length == 0
        ? ""
        : tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), skipSpecial);
  }

  @Override
  public Optional<SpecialToken> beginToken() {
    return begin;
  }

  @Override
  public Optional<SpecialToken> endToken() {
    return end;
  }

  @Override
  public Optional<String> chatTemplate() {
    return settings.chatTemplate();
  }

  @Override
  public Optional<Integer> maximumLength() {
    return settings.maximumLength();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
