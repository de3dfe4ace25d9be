package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.StringCase;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** {@code lipsum}: paragraphs of random words that mean nothing. */
final class FillerText {

  private static final List<String> WORDS =
      List.of(
          "lorem",
          "ipsum",
          "dolor",
          "sit",
          "amet",
          "consectetur",
          "adipiscing",
          "elit",
          "sed",
          "do",
          "eiusmod",
          "tempor",
          "incididunt",
          "ut",
          "labore",
          "et",
          "magna",
          "aliqua");
  private static final int SENTENCE = 12;

  private FillerText() {}

  static Object generate(Arguments arguments) {
    Object[] a =
        Signature.of("generate_lorem_ipsum", "n", "html", "min", "max")
            .withDefaults(5L, true, 20L, 100L)
            .bind(arguments);
    long least = Numbers.index(a[2]);
    long most = Numbers.index(a[3]);
    if (least >= most) {
      throw PythonException.valueError("empty range for randrange()");
    }
    boolean html = Values.truth(a[1]);
    List<String> paragraphs = new ArrayList<>();
    for (long i = 0; i < Numbers.index(a[0]); i++) {
      String text = paragraph(ThreadLocalRandom.current().nextLong(least, most));
      paragraphs.add(html ? "<p>" + text + "</p>" : text);
    }
    return html ? new Markup(String.join("\n", paragraphs)) : String.join("\n\n", paragraphs);
  }

  private static String paragraph(long words) {
    Budget.chargeValue(words * SENTENCE);
    StringBuilder text = new StringBuilder();
    for (long i = 0; i < words; i++) {
      String word = WORDS.get(ThreadLocalRandom.current().nextInt(WORDS.size()));
      boolean first = i % SENTENCE == 0;
      text.append(i == 0 ? "" : first ? ". " : " ");
      text.append(first ? StringCase.capitalize(word) : word);
    }
    return text.append('.').toString();
  }
}
