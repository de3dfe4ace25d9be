package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The filter {@code urlize}: web and mail addresses in a text become links. */
final class Urlize {

  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS;
  private static final Pattern SPACE = Pattern.compile("\\s+", FLAGS);
  private static final Pattern LEAD = Pattern.compile("(?:[(<]|&lt;)+");
  private static final Pattern TRAIL = Pattern.compile("(?:[)>.,\\n]|&gt;)+$");
  private static final Pattern WEB =
      Pattern.compile(
          "(?:(?:https?://|www\\.)(?:[\\w%-]+\\.)*(?:[a-z]{2,63}|xn--[\\w%]{2,59})"
              + "|(?:[\\w%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)"
              + "|https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}"
              + "|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\]))"
              + "(?::\\d{1,5})?(?:[/?#]\\S*)?",
          FLAGS);
  private static final Pattern MAIL =
      Pattern.compile("\\S+@\\w[\\w.-]*\\.\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern SCHEME = Pattern.compile("[\\w.+-]{2,}:/{0,2}", FLAGS);
  private static final List<List<String>> PAIRS =
      List.of(List.of("(", ")"), List.of("<", ">"), List.of("&lt;", "&gt;"));

  private final Object trimLimit;
  private final String attributes;
  private final List<String> schemes;

  private Urlize(Object trimLimit, String attributes, List<String> schemes) {
    this.trimLimit = trimLimit;
    this.attributes = attributes;
    this.schemes = schemes;
  }

  /**
   * @param a value, trim_url_limit, nofollow, target, rel, extra_schemes
   */
  static Object filter(Filters.Call call, Object[] a) {
    TreeSet<String> relations = new TreeSet<>(List.of("noopener"));
    if (a[4] != null) {
      relations.addAll(List.of(Strings.strip(Printer.str(a[4]), true, true).split("\\s+")));
    }
    if (Values.truth(a[2])) {
      relations.add("nofollow");
    }
    String target = a[3] == null ? "" : " target=\"" + Markup.escapeText(Printer.str(a[3])) + "\"";
    List<String> schemes = new ArrayList<>();
    if (a[5] != null) {
      Values.toList(a[5]).forEach(scheme -> schemes.add(checkedScheme(Printer.str(scheme))));
    }
    String attributes = " rel=\"" + Markup.escapeText(String.join(" ", relations)) + "\"" + target;
    String text = new Urlize(a[1], attributes, schemes).links(Markup.escape(a[0]).text());
    return call.autoescape() ? new Markup(text) : text;
  }

  private static String checkedScheme(String scheme) {
    if (!SCHEME.matcher(scheme).matches()) {
      throw new PythonException(
          Kind.FILTER_ARGUMENT_ERROR, Printer.repr(scheme) + " is not a valid URI scheme prefix.");
    }
    return scheme;
  }

  private String links(String text) {
    Budget.charge(text.length());
    StringBuilder result = new StringBuilder(text.length());
    Matcher space = SPACE.matcher(text);
    int position = 0;
    while (space.find()) {
      result.append(word(text.substring(position, space.start()))).append(space.group());
      position = space.end();
    }
    return result.append(word(text.substring(position))).toString();
  }

  private String word(String word) {
    Matcher lead = LEAD.matcher(word);
    String head = lead.lookingAt() ? lead.group() : "";
    String middle = word.substring(head.length());
    Matcher trail = TRAIL.matcher(middle);
    String tail = trail.find() ? trail.group() : "";
    middle = middle.substring(0, middle.length() - tail.length());
    for (List<String> pair : PAIRS) {
      int missing = count(middle, pair.get(0)) - count(middle, pair.get(1));
      int most = missing > 0 ? Math.min(count(middle, pair.get(0)), count(tail, pair.get(1))) : 0;
      for (int i = 0; i < most; i++) {
        int end = tail.indexOf(pair.get(1)) + pair.get(1).length();
        middle += tail.substring(0, end);
        tail = tail.substring(end);
      }
    }
    return head + link(middle) + tail;
  }

  private static int count(String text, String part) {
    int count = 0;
    for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }

  private String link(String text) {
    if (WEB.matcher(text).matches()) {
      boolean complete = text.startsWith("https://") || text.startsWith("http://");
      return anchor((complete ? "" : "https://") + text, attributes, trimmed(text));
    }
    if (text.startsWith("mailto:") && MAIL.matcher(text.substring(7)).matches()) {
      return anchor(text, "", text.substring(7));
    }
    boolean mail =
        !text.startsWith("www.")
            && !text.startsWith("@")
            && text.indexOf(':') < 0
            && MAIL.matcher(text).matches();
    if (mail) {
      return anchor("mailto:" + text, "", text);
    }
    String linked = text;
    for (String scheme : schemes) {
      if (!linked.equals(scheme) && linked.startsWith(scheme)) {
        linked = anchor(linked, attributes, linked);
      }
    }
    return linked;
  }

  private static String anchor(String address, String attributes, String shown) {
    return "<a href=\"" + address + "\"" + attributes + ">" + shown + "</a>";
  }

  private String trimmed(String text) {
    if (trimLimit == null || Strings.length(text) <= Numbers.index(trimLimit)) {
      return text;
    }
    return Strings.substring(text, 0, (int) Math.max(Numbers.index(trimLimit), 0)) + "...";
  }
}
