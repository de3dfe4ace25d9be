package dev.mergefarm.eval.data;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads text files as the {@code text} builder does: lines, paragraphs, or the whole. */
final class TextRows {

  private TextRows() {}

  /**
   * @param options {@code sample_by} and {@code keep_linebreaks}
   */
  static List<Map<String, Object>> read(
      String name, InputStream content, Map<String, Object> options) throws IOException {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(content.readAllBytes()))
              .toString();
    } catch (CharacterCodingException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_DATA, "Data file " + name + " is not UTF-8 text.", e);
    }
    String unix = text.replace("\r\n", "\n").replace('\r', '\n');
    boolean keeps = Boolean.TRUE.equals(options.get("keep_linebreaks"));
    Object by = options.getOrDefault("sample_by", "line");
    return switch (String.valueOf(by)) {
      case "line" -> rows(lines(unix, keeps));
      case "paragraph" -> rows(Stream.of(unix.split("\n\n")).filter(part -> !part.isEmpty()));
      case "document" -> rows(Stream.of(unix));
      default ->
          throw new MergefarmException(
              ErrorCode.INVALID_VALUE,
              "dataset_kwargs.sample_by is line, paragraph or document, not '" + by + "'.");
    };
  }

  private static Stream<String> lines(String text, boolean keeps) {
    List<String> lines = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('\n', start);
      int stop = end < 0 ? text.length() : end;
      lines.add(text.substring(start, keeps && end >= 0 ? stop + 1 : stop));
      start = stop + 1;
    }
    return lines.stream();
  }

  private static List<Map<String, Object>> rows(Stream<String> texts) {
    return texts
        .<Map<String, Object>>map(text -> new LinkedHashMap<>(Map.of("text", text)))
        .toList();
  }
}
