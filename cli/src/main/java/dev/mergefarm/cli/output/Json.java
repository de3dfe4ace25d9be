package dev.mergefarm.cli.output;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.Map;

/** Messages of the API as JSON, field by field as the REST twin gives them. */
public final class Json {

  private static final JsonFormat.TypeRegistry DETAILS =
      JsonFormat.TypeRegistry.newBuilder()
          .add(com.google.rpc.ErrorInfo.getDescriptor())
          .add(com.google.rpc.BadRequest.getDescriptor())
          .add(com.google.rpc.Help.getDescriptor())
          .add(com.google.rpc.RetryInfo.getDescriptor())
          .build();

  private static final JsonFormat.Printer PRINTER = JsonFormat.printer().usingTypeRegistry(DETAILS);

  private Json() {}

  /** Over several lines. */
  public static String pretty(Message message) {
    return print(PRINTER, message);
  }

  /** On one line, for streams. */
  public static String line(Message message) {
    return print(PRINTER.omittingInsignificantWhitespace(), message);
  }

  /** An object of texts, over several lines, in the order of the names given. */
  public static String object(Map<String, String> fields) {
    Struct.Builder object = Struct.newBuilder();
    fields.forEach(
        (name, text) -> object.putFields(name, Value.newBuilder().setStringValue(text).build()));
    return pretty(object.build());
  }

  private static String print(JsonFormat.Printer printer, Message message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException unknownDetail) {
      throw new IllegalStateException("the farm sent a detail of an unknown type", unknownDetail);
    }
  }
}
