package dev.mergefarm.gateway.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.List;

/** Finds every field of a JSON document that its message type does not have. */
final class JsonFields {

  private JsonFields() {}

  static void check(Problems problems, JsonNode document, Descriptor type) {
    if (!document.isObject()) {
      problems.error(ErrorCode.INVALID_VALUE, "", "The body must be a JSON object.");
      return;
    }
    object(problems, "", document, type);
  }

  private static void object(Problems problems, String path, JsonNode object, Descriptor type) {
    object
        .properties()
        .forEach(
            entry -> {
              String at = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
              FieldDescriptor field = find(type, entry.getKey());
              if (field == null) {
                problems.unknownName(
                    ErrorCode.UNKNOWN_KEY,
                    at,
                    "Unknown field '" + entry.getKey() + "'.",
                    entry.getKey(),
                    type.getFields().stream().map(FieldDescriptor::getJsonName).toList());
              } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                value(problems, at, entry.getValue(), field);
              }
            });
  }

  private static void value(Problems problems, String path, JsonNode value, FieldDescriptor field) {
    if (field.isMapField() || isWellKnown(field.getMessageType())) {
      // A map's keys are free, and none of our maps has messages for values.
      return;
    }
    if (value.isObject()) {
      object(problems, path, value, field.getMessageType());
    }
    for (int i = 0; value.isArray() && i < value.size(); i++) {
      if (value.get(i).isObject()) {
        object(problems, path + "[" + i + "]", value.get(i), field.getMessageType());
      }
    }
  }

  private static boolean isWellKnown(Descriptor type) {
    return type.getFile().getPackage().equals("google.protobuf");
  }

  private static FieldDescriptor find(Descriptor type, String name) {
    List<FieldDescriptor> fields = type.getFields();
    return fields.stream()
        .filter(field -> field.getJsonName().equals(name) || field.getName().equals(name))
        .findFirst()
        .orElse(null);
  }
}
