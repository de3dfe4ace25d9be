package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.Operators;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonTuple;
import dev.mergefarm.eval.template.python.Sequences;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.StringCase;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters on text. */
final class TextFilters {

  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WORD_START =
      Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static void addTo(Filters filters) {
    filters.add("upper", Signature.of("do_upper", "s"), (c, a) -> method(a[0], "upper"));
    filters.add("lower", Signature.of("do_lower", "s"), (c, a) -> method(a[0], "lower"));
    filters.add(
        "capitalize", Signature.of("do_capitalize", "s"), (c, a) -> method(a[0], "capitalize"));
    filters.add("title", Signature.of("do_title", "s"), (c, a) -> title(a[0]));
    filters.add(
        "trim",
        Signature.of("do_trim", "value", "chars").withDefaults((Object) null),
        (c, a) -> method(a[0], "strip", a[1]));
    filters.add(
        "center",
        Signature.of("do_center", "value", "width").withDefaults(80L),
        (c, a) -> method(a[0], "center", a[1]));
    filters.add(
        "replace",
        Signature.of("do_replace", "s", "old", "new", "count")
            .withDefaults((Object) null)
            .withImplicit(1),
        TextFilters::replace);
    filters.add("wordcount", Signature.of("do_wordcount", "s"), (c, a) -> wordCount(a[0]));
    filters.add(
        "truncate",
        Signature.of("do_truncate", "s", "length", "killwords", "end", "leeway")
            .withDefaults(255L, false, "...", null)
            .withImplicit(1),
        (c, a) -> truncate(a));
    filters.add(
        "indent",
        Signature.of("do_indent", "s", "width", "first", "blank").withDefaults(4L, false, false),
        (c, a) -> indent(a));
    filters.add(
        "wordwrap",
        Signature.of(
                "do_wordwrap", "s", "width", "break_long_words", "wrapstring", "break_on_hyphens")
            .withDefaults(79L, true, null, true)
            .withImplicit(1),
        (c, a) -> WordWrap.filter(a));
    filters.addBuiltin(Set.of("string"), "soft_str", TextFilters::soft);
    filters.addVariadic("format", (environment, escape, value, a) -> format(value, a));
  }

  /** A text as it is, markup included; anything else printed. */
  static Object soft(Object value) {
    return Strings.isText(value) ? value : Printer.str(value);
  }

  private static Object method(Object value, String name, Object... arguments) {
    return Values.call(Values.attribute(soft(value), name), Arguments.of(arguments));
  }

  private static Object title(Object value) {
    String text = Strings.text(soft(value));
    StringBuilder result = new StringBuilder(text.length());
    Matcher separator = WORD_START.matcher(text);
    int position = 0;
    while (separator.find()) {
      result.append(titleWord(text.substring(position, separator.start())));
      result.append(separator.group());
      position = separator.end();
    }
    return result.append(titleWord(text.substring(position))).toString();
  }

  private static String titleWord(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = Character.charCount(word.codePointAt(0));
    return StringCase.upper(word.substring(0, first)) + StringCase.lower(word.substring(first));
  }

  private static Object replace(Filters.Call call, Object[] a) {
    Object count = a[3] == null ? (Object) (-1L) : a[3];
    if (!call.autoescape()) {
      return Strings.replace(
          Printer.str(a[0]), Printer.str(a[1]), Printer.str(a[2]), Numbers.index(count));
    }
    boolean escape =
        a[1] instanceof Markup || (a[2] instanceof Markup && !(a[0] instanceof Markup));
    Object text = escape ? Markup.escape(a[0]) : soft(a[0]);
    return method(text, "replace", soft(a[1]), soft(a[2]), count);
  }

  private static Object wordCount(Object value) {
    String text = Strings.text(soft(value));
    Budget.charge(text.length());
    return WORD.matcher(text).results().count();
  }

  private static Object truncate(Object[] a) {
    long endLength = Values.length(a[3]);
    Object leeway = a[4] == null ? (Object) 5L : a[4];
    long length = Numbers.index(a[1]);
    if (length < endLength) {
      throw new PythonException(
          Kind.ASSERTION_ERROR, "expected length >= " + endLength + ", got " + length);
    }
    if (Numbers.index(leeway) < 0) {
      throw new PythonException(
          Kind.ASSERTION_ERROR, "expected leeway >= 0, got " + Printer.str(leeway));
    }
    if (Values.length(a[0]) <= length + Numbers.index(leeway)) {
      return a[0];
    }
    Object cut = Sequences.slice(a[0], null, length - endLength, null);
    if (Values.truth(a[2])) {
      return Operators.add(cut, a[3]);
    }
    Object words = Values.call(member(cut, "rsplit"), Arguments.of(" ", 1L));
    return Operators.add(Values.item(words, 0L), a[3]);
  }

  private static Object member(Object value, String name) {
    Object found = Values.attribute(value, name);
    if (found == PythonObject.MISSING) {
      throw PythonException.attributeError(value, name);
    }
    return found;
  }

  /** What Python's {@code +=} says to anything but text. */
  private static void requireIndentable(Object value) {
    if (value instanceof List<?>) {
      throw PythonException.attributeError(value, "splitlines");
    }
    boolean addable = Strings.isText(value) || value instanceof PythonTuple;
    if (!addable && !(value instanceof UndefinedValue)) {
      throw PythonException.typeError(
          "unsupported operand type(s) for +=: '" + Values.typeName(value) + "' and 'str'");
    }
  }

  private static Object indent(Object[] a) {
    String indention =
        Strings.isText(a[1]) ? Strings.text(a[1]) : Strings.text(Operators.multiply(" ", a[1]));
    requireIndentable(a[0]);
    Object whole = Operators.add(a[0], "\n");
    List<Object> lines = Values.toList(Values.call(member(whole, "splitlines"), Arguments.NONE));
    StringBuilder result = new StringBuilder(Values.truth(a[2]) ? indention : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = Strings.text(lines.get(i));
      boolean indented = i > 0 && (Values.truth(a[3]) || !line.isEmpty());
      result.append(i == 0 ? "" : "\n").append(indented ? indention : "").append(line);
      Budget.chargeGrowth(result.length(), indention.length() + 1L);
    }
    return a[0] instanceof Markup ? new Markup(result.toString()) : result.toString();
  }

  private static Object format(Object value, Arguments arguments) {
    if (arguments.count() > 0 && !arguments.keywords().isEmpty()) {
      throw new PythonException(
          Kind.FILTER_ARGUMENT_ERROR,
          "can't handle positional and keyword arguments at the same time");
    }
    Object operand =
        arguments.keywords().isEmpty()
            ? PythonTuple.copyOf(arguments.positional())
            : arguments.keywordDict();
    return Operators.modulo(soft(value), operand);
  }
}
