package dev.mergefarm.eval.data;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a CSV file is written: the settings that the {@code csv} builder hands to pandas.
 *
 * @param separator one character
 * @param quote around texts; empty where quotes mean nothing
 * @param doubledQuotes whether two quotes in a quoted text are one
 * @param escape takes the meaning from the next character; empty for none
 * @param comment starts what is not read of a line; empty for none
 * @param header whether the first line names the columns
 * @param names of columns, in place of those of the header
 * @param skipped lines before anything is read
 * @param trims whether blanks after separators are left out
 * @param nothing texts that mean null
 * @param thousands left out of numbers; empty for none
 * @param charset of the file
 */
record CsvDialect(
    char separator,
    Optional<Character> quote,
    boolean doubledQuotes,
    Optional<Character> escape,
    Optional<Character> comment,
    boolean header,
    List<String> names,
    int skipped,
    boolean trims,
    Set<String> nothing,
    Optional<Character> thousands,
    Charset charset) {

  private static final long QUOTE_NONE = 3;

  private static final Set<String> KEYS =
      Set.of(
          "sep",
          "delimiter",
          "quotechar",
          "quoting",
          "doublequote",
          "escapechar",
          "comment",
          "header",
          "names",
          "column_names",
          "skiprows",
          "skipinitialspace",
          "na_values",
          "keep_default_na",
          "na_filter",
          "thousands",
          "encoding",
          "data_files",
          "data_dir",
          "trust_remote_code",
          "cache_dir",
          "revision",
          "token");

  /**
   * @param tabs whether the file's name says that tabs separate
   * @throws MergefarmException with every setting that is not known or of the wrong form
   */
  static CsvDialect of(Map<String, Object> options, boolean tabs) {
    Problems problems = new Problems();
    options.keySet().stream()
        .filter(key -> !KEYS.contains(key))
        .forEach(
            key ->
                problems.unknownName(
                    ErrorCode.UNKNOWN_KEY,
                    "dataset_kwargs." + key,
                    "CSV files are not read by a setting '" + key + "'.",
                    key,
                    KEYS));
    OptionReader reader = new OptionReader(options, problems);
    Object separator = options.getOrDefault("sep", options.get("delimiter"));
    List<String> names = reader.names();
    CsvDialect dialect =
        new CsvDialect(
            separator == null ? (tabs ? '\t' : ',') : reader.character("sep", separator, ','),
            options.get("quoting") instanceof Long quoting && quoting == QUOTE_NONE
                ? Optional.empty()
                : Optional.of(reader.character("quotechar", options.get("quotechar"), '"')),
            !Boolean.FALSE.equals(options.get("doublequote")),
            reader.optional("escapechar"),
            reader.optional("comment"),
            header(options, names, problems),
            names,
            reader.count("skiprows"),
            Boolean.TRUE.equals(options.get("skipinitialspace")),
            nothing(options),
            reader.optional("thousands"),
            reader.charset());
    problems.throwIfErrors();
    return dialect;
  }

  /** As pandas: names stand in for a header line unless one is asked for. */
  private static boolean header(
      Map<String, Object> options, List<String> names, Problems problems) {
    Object header = options.get("header");
    if (!options.containsKey("header") || "infer".equals(header)) {
      return names.isEmpty();
    }
    if (header == null) {
      return false;
    }
    if (!Long.valueOf(0).equals(header)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          "dataset_kwargs.header",
          "'header' must be 0, null or infer, not " + header + ".");
    }
    return true;
  }

  private static Set<String> nothing(Map<String, Object> options) {
    if (Boolean.FALSE.equals(options.get("na_filter"))) {
      return Set.of();
    }
    Set<String> nothing = new HashSet<>();
    if (!Boolean.FALSE.equals(options.get("keep_default_na"))) {
      nothing.addAll(CellTypes.NOTHING);
    }
    switch (options.get("na_values")) {
      case null -> {}
      case List<?> list -> list.forEach(each -> nothing.add(String.valueOf(each)));
      case Object single -> nothing.add(single.toString());
    }
    return Set.copyOf(nothing);
  }

  private static boolean isCharset(String name) {
    try {
      return Charset.isSupported(name);
    } catch (IllegalCharsetNameException e) {
      return false;
    }
  }

  /** Reads single settings and notes what is wrong with them. */
  private record OptionReader(Map<String, Object> options, Problems problems) {

    char character(String key, Object value, char absent) {
      if (value == null) {
        return absent;
      }
      if (value instanceof String text && text.length() == 1) {
        return text.charAt(0);
      }
      problems.error(
          ErrorCode.INVALID_VALUE,
          "dataset_kwargs." + key,
          "'" + key + "' must be one character, not '" + value + "'.");
      return absent;
    }

    Optional<Character> optional(String key) {
      return options.get(key) == null
          ? Optional.empty()
          : Optional.of(character(key, options.get(key), ' '));
    }

    int count(String key) {
      Object value = options.get(key);
      if (value == null) {
        return 0;
      }
      if (value instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
        return number.intValue();
      }
      problems.error(
          ErrorCode.INVALID_VALUE,
          "dataset_kwargs." + key,
          "'" + key + "' must be a number of lines, not " + value + ".");
      return 0;
    }

    List<String> names() {
      Object value =
          options.get("column_names") != null ? options.get("column_names") : options.get("names");
      return value instanceof List<?> list
          ? list.stream().map(String::valueOf).toList()
          : List.of();
    }

    Charset charset() {
      Object name = options.get("encoding");
      if (name == null) {
        return StandardCharsets.UTF_8;
      }
      // Python writes some names with hyphens that Java writes without.
      String python = name.toString().replace("-sig", "");
      return Stream.of(python, python.replace("-", ""))
          .filter(CsvDialect::isCharset)
          .findFirst()
          .map(Charset::forName)
          .orElseGet(
              () -> {
                problems.error(
                    ErrorCode.INVALID_VALUE,
                    "dataset_kwargs.encoding",
                    "No encoding is named '" + name + "'.");
                return StandardCharsets.UTF_8;
              });
    }
  }
}
