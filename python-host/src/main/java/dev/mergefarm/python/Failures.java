package dev.mergefarm.python;

import org.graalvm.polyglot.PolyglotException;

/** Errors that end the context, as messages to the parent. */
final class Failures {

  /** Name of the source that belongs to the host itself. */
  static final String BOOTSTRAP = "<helpers>";

  private Failures() {}

  /**
   * @param place members that say where the helper was, each with a comma before it; may be empty
   */
  static String describe(PolyglotException exception, String place) {
    String kind =
        exception.isInterrupted() || exception.isCancelled()
            ? "timeout"
            : exception.isResourceExhausted() ? "memory" : exception.isExit() ? "exit" : "fatal";
    String message =
        switch (kind) {
          case "timeout" -> "ran longer than it may";
          case "memory" -> "took more memory than it may";
          case "exit" -> "ended its process";
          default -> String.valueOf(exception.getMessage());
        };
    return "{\"error\": {\"kind\": "
        + quote(kind)
        + ", \"type\": \"\", \"message\": "
        + quote(message)
        + place
        + "}}";
  }

  static String outOfMemory() {
    return "{\"error\": {\"kind\": \"memory\", \"type\": \"\","
        + " \"message\": \"took more memory than it may\"}}";
  }

  static String quote(String text) {
    StringBuilder result = new StringBuilder(text.length() + 2).append('"');
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        result.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c)) {
        result.append(String.format("\\u%04x", (int) c));
      } else {
        result.append(c);
      }
    }
    return result.append('"').toString();
  }
}
