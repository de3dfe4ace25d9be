package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntPredicate;

/** The methods of {@code str}. */
final class StringMethods {

  private static final Map<String, BiFunction<String, Arguments, Object>> METHODS = methods();

  private StringMethods() {}

  /** A method bound to a text, or {@link PythonObject#MISSING}. */
  static Object method(String text, String name) {
    BiFunction<String, Arguments, Object> method = METHODS.get(name);
    return method == null
        ? PythonObject.MISSING
        : BuiltinFunction.method(name, text, arguments -> method.apply(text, arguments));
  }

  private static Map<String, BiFunction<String, Arguments, Object>> methods() {
    Map<String, BiFunction<String, Arguments, Object>> methods = new HashMap<>();
    addCases(methods);
    addPredicates(methods);
    addEdges(methods);
    methods.put("split", StringSplitting::split);
    methods.put("rsplit", StringSplitting::rsplit);
    methods.put("splitlines", StringSplitting::splitlines);
    methods.put("partition", StringSplitting::partition);
    methods.put("rpartition", StringSplitting::rpartition);
    methods.put("join", StringMethods::join);
    methods.put("replace", StringMethods::replace);
    methods.put("expandtabs", StringMethods::expandtabs);
    methods.put("encode", StringMethods::encode);
    methods.put("translate", StringMethods::translate);
    methods.put("maketrans", (text, arguments) -> StringSearch.maketrans(arguments));
    methods.put("format", StringFormat::format);
    methods.put("format_map", StringFormat::formatMap);
    for (String name : List.of("find", "rfind", "index", "rindex", "count")) {
      methods.put(name, (text, arguments) -> StringSearch.search(name, text, arguments));
    }
    for (String name : List.of("startswith", "endswith")) {
      methods.put(name, (text, arguments) -> StringSearch.affix(name, text, arguments));
    }
    return methods;
  }

  private static void addCases(Map<String, BiFunction<String, Arguments, Object>> methods) {
    Map<String, Function<String, String>> cases =
        Map.of(
            "upper", StringCase::upper,
            "lower", StringCase::lower,
            "casefold", StringCase::casefold,
            "title", StringCase::title,
            "capitalize", StringCase::capitalize,
            "swapcase", StringCase::swapcase);
    cases.forEach(
        (name, change) ->
            methods.put(
                name,
                (text, arguments) -> {
                  NativeCall.none("str." + name, arguments);
                  Budget.charge(text.length());
                  return change.apply(text);
                }));
  }

  private static void addPredicates(Map<String, BiFunction<String, Arguments, Object>> methods) {
    Map<String, IntPredicate> every =
        Map.of(
            "isalnum", Characters::isAlphanumeric,
            "isalpha", Characters::isAlpha,
            "isdecimal", Characters::isDecimal,
            "isdigit", Characters::isDigit,
            "isnumeric", Characters::isNumeric,
            "isspace", Strings::isSpace);
    every.forEach(
        (name, test) ->
            addPredicate(
                methods, name, text -> !text.isEmpty() && text.codePoints().allMatch(test)));
    addPredicate(methods, "isprintable", t -> t.codePoints().allMatch(Characters::isPrintable));
    addPredicate(methods, "isascii", t -> t.codePoints().allMatch(c -> c < 128));
    addPredicate(methods, "isidentifier", Characters::isIdentifier);
    addPredicate(methods, "islower", t -> StringCase.isOneCase(t, Characters::isLower));
    addPredicate(methods, "isupper", t -> StringCase.isOneCase(t, Characters::isUpper));
    addPredicate(methods, "istitle", StringCase::isTitle);
  }

  private static void addPredicate(
      Map<String, BiFunction<String, Arguments, Object>> methods,
      String name,
      Function<String, Boolean> test) {
    methods.put(
        name,
        (text, arguments) -> {
          NativeCall.none("str." + name, arguments);
          return test.apply(text);
        });
  }

  private static void addEdges(Map<String, BiFunction<String, Arguments, Object>> methods) {
    methods.put("strip", (text, arguments) -> strip("strip", text, arguments, true, true));
    methods.put("lstrip", (text, arguments) -> strip("lstrip", text, arguments, true, false));
    methods.put("rstrip", (text, arguments) -> strip("rstrip", text, arguments, false, true));
    methods.put("removeprefix", (text, arguments) -> removeAffix("removeprefix", text, arguments));
    methods.put("removesuffix", (text, arguments) -> removeAffix("removesuffix", text, arguments));
    methods.put("center", (text, arguments) -> justify("center", text, arguments));
    methods.put("ljust", (text, arguments) -> justify("ljust", text, arguments));
    methods.put("rjust", (text, arguments) -> justify("rjust", text, arguments));
    methods.put("zfill", StringMethods::zfill);
  }

  private static String strip(
      String name, String text, Arguments arguments, boolean left, boolean right) {
    NativeCall.between("str." + name, arguments, 0, 1);
    Object characters = arguments.get(0, null);
    if (characters == null) {
      return Strings.strip(text, left, right);
    }
    if (!Strings.isText(characters)) {
      throw PythonException.typeError(name + " arg must be None or str");
    }
    return Strings.strip(text, Strings.text(characters), left, right);
  }

  private static String removeAffix(String name, String text, Arguments arguments) {
    Object affix = NativeCall.one("str." + name, arguments);
    if (!Strings.isText(affix)) {
      throw PythonException.typeError(
          name + "() argument must be str, not " + NativeCall.shown(affix));
    }
    String cut = Strings.text(affix);
    if (cut.isEmpty()) {
      return text;
    }
    if (name.equals("removeprefix")) {
      return text.startsWith(cut) ? text.substring(cut.length()) : text;
    }
    return text.endsWith(cut) ? text.substring(0, text.length() - cut.length()) : text;
  }

  private static String justify(String name, String text, Arguments arguments) {
    NativeCall.between("str." + name, arguments, 1, 2);
    long width = Numbers.index(arguments.get(0));
    Object fill = arguments.get(1, " ");
    if (!Strings.isText(fill)) {
      throw PythonException.typeError(
          "The fill character must be a unicode character, not " + Values.typeName(fill));
    }
    String padding = Strings.text(fill);
    if (Strings.length(padding) != 1) {
      throw PythonException.typeError("The fill character must be exactly one character long");
    }
    long missing = width - Strings.length(text);
    return switch (name) {
      case "ljust" -> text + Strings.repeat(padding, missing);
      case "rjust" -> Strings.repeat(padding, missing) + text;
      default -> center(text, missing, width, padding);
    };
  }

  /** Python puts the odd character of an odd width on the left. */
  static String center(String text, long missing, long width, String padding) {
    if (missing <= 0) {
      return text;
    }
    long left = missing / 2 + (missing & width & 1);
    return Strings.repeat(padding, left) + text + Strings.repeat(padding, missing - left);
  }

  private static String zfill(String text, Arguments arguments) {
    long width = Numbers.index(NativeCall.one("str.zfill", arguments));
    String zeros = Strings.repeat("0", width - Strings.length(text));
    boolean signed = text.startsWith("+") || text.startsWith("-");
    return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
  }

  private static String join(String separator, Arguments arguments) {
    Object parts = NativeCall.one("str.join", arguments);
    if (!Values.isIterable(parts)) {
      throw PythonException.typeError("can only join an iterable");
    }
    List<Object> elements = Values.toList(parts);
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < elements.size(); i++) {
      Object element = elements.get(i);
      if (!Strings.isText(element)) {
        throw PythonException.typeError(
            "sequence item "
                + i
                + ": expected str instance, "
                + Values.typeName(element)
                + " found");
      }
      result.append(i == 0 ? "" : separator).append(Strings.text(element));
      Budget.chargeGrowth(
          result.length(), separator.length() + Strings.text(element).length() + 1L);
    }
    return result.toString();
  }

  private static String replace(String text, Arguments arguments) {
    NativeCall.between("str.replace", arguments, 2, 3);
    String old = NativeCall.text("replace", 0, arguments);
    String replacement = NativeCall.text("replace", 1, arguments);
    return Strings.replace(text, old, replacement, Numbers.index(arguments.get(2, -1L)));
  }

  private static String expandtabs(String text, Arguments arguments) {
    Object size = NativeCall.named("expandtabs", arguments, List.of("tabsize"), 8L)[0];
    long width = Numbers.index(size);
    StringBuilder result = new StringBuilder();
    long column = 0;
    for (int c : text.codePoints().toArray()) {
      if (c == '\t') {
        long spaces = width <= 0 ? 0 : width - column % width;
        result.append(Strings.repeat(" ", spaces));
        column += spaces;
      } else {
        result.appendCodePoint(c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
      Budget.chargeGrowth(result.length(), 1);
    }
    return result.toString();
  }

  private static Object encode(String text, Arguments arguments) {
    Object[] values =
        NativeCall.named("encode", arguments, List.of("encoding", "errors"), "utf-8", "strict");
    return Encodings.encode(text, Strings.text(values[0]), Strings.text(values[1]));
  }

  private static String translate(String text, Arguments arguments) {
    Object table = NativeCall.one("str.translate", arguments);
    List<String> parts = new ArrayList<>();
    text.codePoints().forEach(c -> parts.add(translate(c, table)));
    String result = String.join("", parts);
    Budget.chargeValue(result.length());
    return result;
  }

  private static String translate(int c, Object table) {
    Object mapped;
    try {
      mapped = Values.item(table, (long) c);
    } catch (PythonException e) {
      if (e.isLookupFailure() && e.kind() != PythonException.Kind.TYPE_ERROR) {
        return Character.toString(c);
      }
      throw e;
    }
    return switch (mapped) {
      case null -> "";
      case Long point -> Character.toString(point.intValue());
      default -> Strings.text(mapped);
    };
  }
}
