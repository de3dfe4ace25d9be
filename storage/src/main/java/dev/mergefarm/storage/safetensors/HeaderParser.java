package dev.mergefarm.storage.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Reads the JSON of a header token by token, so that duplicate keys, odd numbers and order are
 * seen. Faults of single entries are collected; text that is no JSON ends the reading.
 */
final class HeaderParser {

  private static final String METADATA = "__metadata__";
  private static final int RANK_LIMIT = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxNumberLength(32)
                  .maxNameLength(8 * TensorSpec.NAME_LIMIT)
                  .maxStringLength(SafetensorsHeader.LIMIT)
                  .build())
          .build();

  private final String file;
  private final Problems problems = new Problems();
  private final List<HeaderEntry> entries = new ArrayList<>();
  private final SequencedMap<String, String> metadata = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();

  HeaderParser(String file) {
    this.file = file;
  }

  Problems problems() {
    return problems;
  }

  /** The tensors in the order of the text; faulty ones are left out. */
  List<HeaderEntry> entries() {
    return entries;
  }

  SequencedMap<String, String> metadata() {
    return metadata;
  }

  void parse(byte[] json) {
    if (json.length < 2 || json[0] != '{' || json[1] == 0) {
      throw SafetensorsHeader.malformed(file, "has a header that is not a JSON object.");
    }
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        readEntry(parser);
      }
      if (parser.nextToken() != null) {
        throw SafetensorsHeader.malformed(file, "has more than one JSON value in its header.");
      }
    } catch (JsonProcessingException failure) {
      throw SafetensorsHeader.malformed(
          file, "has a header that is not valid JSON: " + failure.getOriginalMessage() + ".");
    } catch (IOException failure) {
      throw SafetensorsHeader.malformed(
          file, "has a header that is not valid UTF-8: " + failure.getMessage() + ".");
    }
  }

  private void readEntry(JsonParser parser) throws IOException {
    String name = parser.currentName();
    boolean first = names.add(name);
    if (names.size() > SafetensorsHeader.TENSOR_LIMIT) {
      throw SafetensorsHeader.malformed(
          file, "names more than " + SafetensorsHeader.TENSOR_LIMIT + " tensors.");
    }
    if (!first) {
      fault(name, "The header has this key twice.");
    }
    parser.nextToken();
    if (name.equals(METADATA)) {
      readMetadata(parser);
    } else {
      readTensor(parser, name, first);
    }
  }

  private void readMetadata(JsonParser parser) throws IOException {
    if (!parser.isExpectedStartObjectToken()) {
      fault(METADATA, "The metadata must be an object of texts.");
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        fault(METADATA, "The value of '" + key + "' must be a text.");
        parser.skipChildren();
      } else if (metadata.put(key, parser.getText()) != null) {
        fault(METADATA, "The key '" + key + "' is there twice.");
      }
    }
  }

  private void readTensor(JsonParser parser, String name, boolean first) throws IOException {
    if (!parser.isExpectedStartObjectToken()) {
      fault(name, "The tensor's entry must be an object.");
      parser.skipChildren();
      return;
    }
    int before = problems.all().size();
    checkName(name);
    String dataType = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    Set<String> keys = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      if (!keys.add(key)) {
        fault(name, "The key '" + key + "' is there twice.");
      }
      parser.nextToken();
      switch (key) {
        case "dtype" -> dataType = readText(parser, name);
        case "shape" -> shape = readNumbers(parser, name, key, RANK_LIMIT);
        case "data_offsets" -> offsets = readNumbers(parser, name, key, 2);
        default -> {
          fault(name, "The key '" + key + "' is not part of the format.");
          parser.skipChildren();
        }
      }
    }
    checkComplete(name, keys, offsets);
    if (first && problems.all().size() == before && problems.dropped() == 0) {
      entries.add(new HeaderEntry(name, dataType, shape, offsets.getFirst(), offsets.getLast()));
    }
  }

  private void checkComplete(String name, Set<String> keys, List<Long> offsets) {
    for (String key : List.of("dtype", "shape", "data_offsets")) {
      if (!keys.contains(key)) {
        fault(name, "The key '" + key + "' is missing.");
      }
    }
    if (offsets != null && offsets.size() != 2) {
      fault(name, "data_offsets must be two numbers, found " + offsets.size() + ".");
    }
  }

  private void checkName(String name) {
    if (name.isEmpty() || name.length() > TensorSpec.NAME_LIMIT) {
      fault(
          name,
          "A tensor name must have 1 to %d characters, found %d."
              .formatted(TensorSpec.NAME_LIMIT, name.length()));
    } else if (name.chars().anyMatch(Character::isISOControl)) {
      fault(name, "A tensor name must not hold control characters.");
    }
  }

  private String readText(JsonParser parser, String name) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    fault(name, "The dtype must be a text.");
    parser.skipChildren();
    return null;
  }

  /** Whole numbers from 0 up; null after a fault. */
  private List<Long> readNumbers(JsonParser parser, String name, String key, int limit)
      throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      fault(name, key + " must be a list of whole numbers.");
      parser.skipChildren();
      return null;
    }
    List<Long> numbers = new ArrayList<>();
    boolean sound = true;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (isLength(parser) && numbers.size() < limit) {
        numbers.add(parser.getLongValue());
      } else {
        sound = false;
        parser.skipChildren();
      }
    }
    if (!sound) {
      fault(name, "%s must be at most %d whole numbers from 0 up.".formatted(key, limit));
    }
    return sound ? numbers : null;
  }

  private static boolean isLength(JsonParser parser) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
        && parser.getLongValue() >= 0;
  }

  private void fault(String tensor, String message) {
    problems.error(ErrorCode.MALFORMED_TENSOR_FILE, LayoutCheck.path(file, tensor), message);
  }
}
