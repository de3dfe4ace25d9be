package dev.mergefarm.eval.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads JSON Lines, one JSON array of objects, or the list under a key of one object. */
final class JsonRows {

  private static final int DEEPEST = 200;

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private JsonRows() {}

  /**
   * @param field the key that holds the rows; empty for a file of rows
   * @throws MergefarmException {@code MALFORMED_DATA} naming file and line
   */
  static List<Map<String, Object>> read(String name, InputStream content, Optional<String> field)
      throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                content,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    try {
      if (field.isPresent()) {
        return rows(name, under(name, JSON.readValue(reader, Object.class), field.get()));
      }
      reader.mark(1 << 16);
      int first = reader.read();
      while (first >= 0 && (Character.isWhitespace(first) || first == '\ufeff')) {
        first = reader.read();
      }
      if (first == '[') {
        reader.reset();
        return rows(name, JSON.readValue(reader, Object.class));
      }
      reader.reset();
      return lines(name, reader);
    } catch (JsonProcessingException e) {
      throw malformed(name, e.getLocation() == null ? 0 : e.getLocation().getLineNr(), e);
    } catch (CharacterCodingException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_DATA, "Data file " + name + " is not UTF-8 text.", e);
    }
  }

  private static MergefarmException malformed(String name, long line, JsonProcessingException e) {
    return new MergefarmException(
        ErrorCode.MALFORMED_DATA,
        "Data file %s, line %d: %s.".formatted(name, line, e.getOriginalMessage()),
        e);
  }

  private static List<Map<String, Object>> lines(String name, BufferedReader reader)
      throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    int number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      String text = number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line;
      if (!text.isBlank()) {
        rows.add(row(name, number, text));
      }
    }
    return rows;
  }

  private static Map<String, Object> row(String name, int number, String line) throws IOException {
    try (JsonParser parser = JSON.createParser(line)) {
      Object value = JSON.readValue(parser, Object.class);
      if (parser.nextToken() != null) {
        throw new MergefarmException(
            ErrorCode.MALFORMED_DATA,
            "Data file %s, line %d: more than one value.".formatted(name, number));
      }
      return object(name, number, value);
    } catch (JsonProcessingException e) {
      throw malformed(name, number, e);
    }
  }

  private static Object under(String name, Object root, String field) {
    if (root instanceof Map<?, ?> map && map.containsKey(field)) {
      return map.get(field);
    }
    throw new MergefarmException(
        ErrorCode.MALFORMED_DATA, "Data file " + name + " has no field '" + field + "'.");
  }

  private static List<Map<String, Object>> rows(String name, Object value) {
    if (!(value instanceof List<?> items)) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_DATA, "Data file " + name + " is not a list of objects.");
    }
    List<Map<String, Object>> rows = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      rows.add(object(name, i + 1, items.get(i)));
    }
    return rows;
  }

  private static Map<String, Object> object(String name, int number, Object value) {
    if (plain(value) instanceof Map<?, ?> map) {
      Map<String, Object> row = new LinkedHashMap<>();
      map.forEach((key, item) -> row.put((String) key, item));
      return row;
    }
    throw new MergefarmException(
        ErrorCode.MALFORMED_DATA,
        "Data file %s, line %d: expected an object of columns.".formatted(name, number));
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((key, item) -> result.put((String) key, plain(item)));
        yield result;
      }
      case List<?> list -> {
        List<Object> result = new ArrayList<>(list.size());
        list.forEach(item -> result.add(plain(item)));
        yield result;
      }
      case BigInteger number -> number.doubleValue();
      case null, default -> value;
    };
  }
}
