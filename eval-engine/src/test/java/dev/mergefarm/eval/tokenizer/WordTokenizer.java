package dev.mergefarm.eval.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Splits before each space; a word's id is its place in a growing vocabulary. {@code <s>} is the
 * begin token, if there is one, and {@code </s>} the end token.
 */
final class WordTokenizer implements TextTokenizer {

  static final int BEGIN = 0;
  static final int END = 1;

  private static final Pattern WORD = Pattern.compile("</?s>| ?[^ <]+| ");

  private final List<String> words = new ArrayList<>(List.of("<s>", "</s>"));
  private final boolean hasBegin;
  private final boolean addsBegin;

  WordTokenizer(boolean hasBegin, boolean addsBegin) {
    this.hasBegin = hasBegin;
    this.addsBegin = addsBegin;
  }

  int id(String word) {
    if (!words.contains(word)) {
      words.add(word);
    }
    return words.indexOf(word);
  }

  @Override
  public int[] encode(String text, boolean addSpecial) {
    List<Integer> ids = new ArrayList<>();
    if (addSpecial && addsBegin) {
      ids.add(BEGIN);
    }
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      ids.add(id(matcher.group()));
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public List<int[]> encodeAll(List<String> texts, boolean addSpecial) {
    return texts.stream().map(text -> encode(text, addSpecial)).toList();
  }

  @Override
  public String decode(int[] tokens, boolean skipSpecial) {
    return Arrays.stream(tokens)
        .filter(token -> !skipSpecial || token > END)
        .mapToObj(words::get)
        .collect(Collectors.joining());
  }

  @Override
  public Optional<SpecialToken> beginToken() {
    return hasBegin ? Optional.of(new SpecialToken("<s>", BEGIN)) : Optional.empty();
  }

  @Override
  public Optional<SpecialToken> endToken() {
    return Optional.of(new SpecialToken("</s>", END));
  }

  @Override
  public Optional<String> chatTemplate() {
    return Optional.empty();
  }

  @Override
  public Optional<Integer> maximumLength() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
