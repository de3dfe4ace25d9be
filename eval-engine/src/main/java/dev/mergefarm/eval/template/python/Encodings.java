package dev.mergefarm.eval.template.python;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The text encodings that templates may name. */
final class Encodings {

  private Encodings() {}

  static Charset charset(String name) {
    return switch (name.toLowerCase(Locale.ROOT).replace('_', '-')) {
      case "utf-8", "utf8" -> StandardCharsets.UTF_8;
      case "ascii", "us-ascii" -> StandardCharsets.US_ASCII;
      case "latin-1", "latin1", "iso-8859-1" -> StandardCharsets.ISO_8859_1;
      case "utf-16-le" -> StandardCharsets.UTF_16LE;
      case "utf-16-be" -> StandardCharsets.UTF_16BE;
      default ->
          throw new PythonException(PythonException.Kind.LOOKUP_ERROR, "unknown encoding: " + name);
    };
  }

  static PythonBytes encode(String text, String encoding, String errors) {
    Charset charset = charset(encoding);
    CodingErrorAction action =
        switch (errors) {
          case "ignore" -> CodingErrorAction.IGNORE;
          case "replace" -> CodingErrorAction.REPLACE;
          default -> CodingErrorAction.REPORT;
        };
    try {
      ByteBuffer encoded =
          charset
              .newEncoder()
              .onMalformedInput(action)
              .onUnmappableCharacter(action)
              .encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return new PythonBytes(bytes);
    } catch (CharacterCodingException e) {
      throw unencodable(text, encoding, charset);
    }
  }

  private static PythonException unencodable(String text, String encoding, Charset charset) {
    int position = 0;
    int limit = charset.equals(StandardCharsets.US_ASCII) ? 128 : 256;
    while (position < text.length() && text.charAt(position) < limit) {
      position++;
    }
    int offender = position < text.length() ? text.codePointAt(position) : 0;
    return new PythonException(
        PythonException.Kind.UNICODE_ENCODE_ERROR,
        "'"
            + encoding
            + "' codec can't encode character '"
            + Characters.escape(offender)
            + "' in position "
            + Strings.toCodePoints(text, position)
            + ": ordinal not in range("
            + limit
            + ")");
  }
}
