package dev.mergefarm.gateway.request;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;

/**
 * Reads a filter's text from left to right. A word is letters, digits and {@code . _ - /}, or any
 * text in double quotes, where a backslash takes the next character as it is.
 */
final class FilterTokens {

  private final String text;
  private int position;
  private int consumed;

  FilterTokens(String text) {
    this.text = text;
  }

  /** Words read so far. */
  int consumed() {
    return consumed;
  }

  boolean atEnd() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
    return position == text.length();
  }

  void expectAnd() {
    int start = position;
    String word = word("AND");
    if (!word.equals("AND")) {
      throw malformed("AND", start);
    }
  }

  /** Reads an operator; says whether it is {@code =}, the other being {@code !=}. */
  boolean operator() {
    atEnd();
    if (text.startsWith("!=", position)) {
      position += 2;
      return false;
    }
    if (text.startsWith("=", position)) {
      position++;
      return true;
    }
    throw malformed("= or !=", position);
  }

  String word(String expected) {
    if (atEnd()) {
      throw malformed(expected, position);
    }
    consumed++;
    return text.charAt(position) == '"' ? quoted() : bare(expected);
  }

  private String bare(String expected) {
    int start = position;
    while (position < text.length() && isWordCharacter(text.charAt(position))) {
      position++;
    }
    if (position == start) {
      throw malformed(expected, start);
    }
    return text.substring(start, position);
  }

  private String quoted() {
    int start = position;
    StringBuilder content = new StringBuilder();
    for (position++; position < text.length(); position++) {
      char character = text.charAt(position);
      if (character == '"') {
        position++;
        return content.toString();
      }
      if (character == '\\' && position + 1 < text.length()) {
        position++;
      }
      content.append(text.charAt(position));
    }
    throw malformed("a closing quote for the text that starts", start);
  }

  private static boolean isWordCharacter(char character) {
    return Character.isLetterOrDigit(character) || "._-/".indexOf(character) >= 0;
  }

  private static MergefarmException malformed(String expected, int at) {
    return new MergefarmException(
        ErrorCode.INVALID_FILTER, "Expected " + expected + " at character " + (at + 1) + ".");
  }
}
