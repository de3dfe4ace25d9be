package dev.mergefarm.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Reads and writes the small JSON files of models. Duplicate keys are refused. */
public final class JsonFiles {

  /** Largest JSON file read, in bytes. */
  public static final int LIMIT = 64 << 20;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxStringLength(LIMIT)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFiles() {}

  /**
   * Parses a JSON object.
   *
   * @param name the file's name, for the message
   * @throws MergefarmException with {@code MALFORMED_JSON} naming line and column
   */
  public static ObjectNode parseObject(String name, byte[] content) {
    try {
      JsonNode node = MAPPER.readTree(content);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw malformed(name, "The file must hold a JSON object.", null);
    } catch (JsonProcessingException failure) {
      String place =
          failure.getLocation() == null
              ? ""
              : " (line %d, column %d)"
                  .formatted(
                      failure.getLocation().getLineNr(), failure.getLocation().getColumnNr());
      throw malformed(
          name, "Not valid JSON" + place + ": " + failure.getOriginalMessage() + ".", failure);
    } catch (IOException failure) {
      throw malformed(name, "Not valid UTF-8: " + failure.getMessage() + ".", failure);
    }
  }

  /** An empty object to fill. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The tree as UTF-8 text, indented by two spaces, with a line feed at the end. */
  public static byte[] write(JsonNode node) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    try {
      return (MAPPER.writer(printer).writeValueAsString(node) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException failure) {
      throw new MergefarmException(ErrorCode.INTERNAL, "Cannot write JSON.", failure);
    }
  }

  /** The tree as UTF-8 text on one line. */
  public static byte[] writeCompact(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException failure) {
      throw new MergefarmException(ErrorCode.INTERNAL, "Cannot write JSON.", failure);
    }
  }

  private static MergefarmException malformed(String name, String message, Exception cause) {
    MergefarmException failure =
        new MergefarmException(
            List.of(
                new Problem(
                    ErrorCode.MALFORMED_JSON,
                    Problem.Severity.ERROR,
                    name,
                    message,
                    Optional.empty())));
    if (cause != null) {
      failure.initCause(cause);
    }
    return failure;
  }
}
