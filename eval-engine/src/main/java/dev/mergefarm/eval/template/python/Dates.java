package dev.mergefarm.eval.template.python;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code datetime} values, which documents may hold: their text, parts and {@code strftime}. */
public final class Dates {

  private Dates() {}

  static String text(LocalDateTime time, char separator) {
    return time.toLocalDate().toString() + separator + text(time.toLocalTime());
  }

  static String text(LocalTime time) {
    int micros = time.getNano() / 1000;
    return String.format("%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond())
        + (micros == 0 ? "" : String.format(".%06d", micros));
  }

  static String repr(LocalDateTime time) {
    return "datetime.datetime("
        + time.getYear()
        + ", "
        + time.getMonthValue()
        + ", "
        + time.getDayOfMonth()
        + ", "
        + timeParts(time.toLocalTime())
        + ")";
  }

  static String repr(LocalDate date) {
    return "datetime.date("
        + date.getYear()
        + ", "
        + date.getMonthValue()
        + ", "
        + date.getDayOfMonth()
        + ")";
  }

  static String repr(LocalTime time) {
    return "datetime.time(" + timeParts(time) + ")";
  }

  private static String timeParts(LocalTime time) {
    List<String> parts = new ArrayList<>();
    parts.add(String.valueOf(time.getHour()));
    parts.add(String.valueOf(time.getMinute()));
    int micros = time.getNano() / 1000;
    if (time.getSecond() != 0 || micros != 0) {
      parts.add(String.valueOf(time.getSecond()));
    }
    if (micros != 0) {
      parts.add(String.valueOf(micros));
    }
    return String.join(", ", parts);
  }

  /** An attribute or method of a date or time, or {@link PythonObject#MISSING}. */
  static Object attribute(Object value, String name) {
    LocalDateTime time = widen(value);
    return switch (name) {
      case "year" -> (long) time.getYear();
      case "month" -> (long) time.getMonthValue();
      case "day" -> (long) time.getDayOfMonth();
      case "hour" -> (long) time.getHour();
      case "minute" -> (long) time.getMinute();
      case "second" -> (long) time.getSecond();
      case "microsecond" -> time.getNano() / 1000L;
      case "date" -> BuiltinFunction.method(name, value, arguments -> time.toLocalDate());
      case "weekday" ->
          BuiltinFunction.method(name, value, arguments -> time.getDayOfWeek().getValue() - 1L);
      case "isoformat" ->
          BuiltinFunction.method(
              name,
              value,
              arguments -> value instanceof LocalDateTime ? text(time, 'T') : Printer.str(value));
      case "strftime" ->
          BuiltinFunction.method(
              name, value, arguments -> format(time, Strings.text(arguments.get(0))));
      default -> PythonObject.MISSING;
    };
  }

  private static LocalDateTime widen(Object value) {
    return switch (value) {
      case LocalDateTime time -> time;
      case LocalDate date -> date.atStartOfDay();
      case LocalTime time -> LocalDate.of(1900, 1, 1).atTime(time);
      default -> throw new IllegalArgumentException("date expected, is " + value);
    };
  }

  /** {@code strftime} in the C locale; a directive that it does not know stays as it is. */
  public static String format(LocalDateTime time, String pattern) {
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        result.append(c);
        continue;
      }
      char directive = pattern.charAt(++i);
      boolean unpadded = directive == '-' && i + 1 < pattern.length();
      String text = directive(time, unpadded ? pattern.charAt(++i) : directive);
      result.append(unpadded ? text.replaceFirst("^[0 ]+(?=.)", "") : text);
    }
    return result.toString();
  }

  private static String directive(LocalDateTime time, char directive) {
    return switch (directive) {
      case 'Y' -> String.valueOf(time.getYear());
      case 'y' -> pad(time.getYear() % 100, 2);
      case 'C' -> pad(time.getYear() / 100, 2);
      case 'm' -> pad(time.getMonthValue(), 2);
      case 'd' -> pad(time.getDayOfMonth(), 2);
      case 'e' -> String.format("%2d", time.getDayOfMonth());
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' ->
          time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH).substring(0, 3);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'j' -> pad(time.getDayOfYear(), 3);
      case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
      case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
      case 'V' -> pad(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
      case 'G' -> String.valueOf(time.get(IsoFields.WEEK_BASED_YEAR));
      case 'U' -> pad((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2);
      case 'W' -> pad((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2);
      default -> clockDirective(time, directive);
    };
  }

  private static String clockDirective(LocalDateTime time, char directive) {
    return switch (directive) {
      case 'H' -> pad(time.getHour(), 2);
      case 'k' -> String.format("%2d", time.getHour());
      case 'I' -> pad((time.getHour() + 11) % 12 + 1, 2);
      case 'l' -> String.format("%2d", (time.getHour() + 11) % 12 + 1);
      case 'M' -> pad(time.getMinute(), 2);
      case 'S' -> pad(time.getSecond(), 2);
      case 'f' -> pad(time.getNano() / 1000, 6);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'F' -> format(time, "%Y-%m-%d");
      case 'T', 'X' -> format(time, "%H:%M:%S");
      case 'R' -> format(time, "%H:%M");
      case 'D', 'x' -> format(time, "%m/%d/%y");
      case 'c' -> format(time, "%a %b %e %H:%M:%S %Y");
      case 'r' -> format(time, "%I:%M:%S %p");
      case 's' -> String.valueOf(ChronoUnit.SECONDS.between(LocalDate.EPOCH.atStartOfDay(), time));
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'Z', 'z' -> "";
      case '%' -> "%";
      default -> "%" + directive;
    };
  }

  private static String pad(int value, int width) {
    return String.format("%0" + width + "d", value);
  }
}
