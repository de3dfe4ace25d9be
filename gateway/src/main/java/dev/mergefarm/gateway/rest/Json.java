package dev.mergefarm.gateway.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Help;
import com.google.rpc.RetryInfo;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import java.util.List;

/** Messages as JSON, in protobuf's own mapping. Thread safe. */
final class Json {

  private static final TypeRegistry DETAILS =
      TypeRegistry.newBuilder()
          .add(
              List.of(
                  ErrorInfo.getDescriptor(),
                  BadRequest.getDescriptor(),
                  RetryInfo.getDescriptor(),
                  Help.getDescriptor()))
          .build();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().usingTypeRegistry(DETAILS).omittingInsignificantWhitespace();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().usingTypeRegistry(DETAILS);
  private static final JsonMapper TREES =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  static String write(MessageOrBuilder message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException unknownDetail) {
      throw new IllegalStateException("a detail's type is missing in DETAILS", unknownDetail);
    }
  }

  /**
   * Reads a request's body; an empty one reads as {@code {}}.
   *
   * @throws MergefarmException listing every unknown field with the nearest known name, or saying
   *     what is malformed
   */
  @SuppressWarnings("unchecked")
  static <T extends Message> T read(String body, T type) {
    String text = body == null || body.isBlank() ? "{}" : body;
    Problems problems = new Problems();
    JsonFields.check(problems, tree(text), type.getDescriptorForType());
    problems.throwIfErrors();
    Message.Builder builder = type.newBuilderForType();
    try {
      PARSER.merge(text, builder);
    } catch (InvalidProtocolBufferException malformed) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, "The body does not fit: " + malformed.getMessage(), malformed);
    }
    return (T) builder.build();
  }

  private static JsonNode tree(String text) {
    try {
      return TREES.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "The body is not JSON: " + malformed.getOriginalMessage(),
          malformed);
    }
  }
}
