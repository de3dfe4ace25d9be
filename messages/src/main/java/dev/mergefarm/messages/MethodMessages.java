package dev.mergefarm.messages;

import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.ModelCount;
import dev.mergefarm.merge.method.ParameterRange;
import dev.mergefarm.merge.method.ParameterSpec;
import dev.mergefarm.proto.v1.ListMethodsResponse;
import dev.mergefarm.proto.v1.Method;
import dev.mergefarm.proto.v1.MethodParameter;
import java.util.Comparator;

/** Merge methods as the API shows them. */
public final class MethodMessages {

  private MethodMessages() {}

  /** Every merge method of this program, by name. */
  public static ListMethodsResponse methods() {
    ListMethodsResponse.Builder message = ListMethodsResponse.newBuilder();
    MethodRegistry.standard().all().stream()
        .sorted(Comparator.comparing(MergeMethod::name))
        .forEach(method -> message.addMethods(method(method)));
    return message.build();
  }

  private static Method method(MergeMethod method) {
    ModelCount count = method.modelCount();
    Method.Builder message =
        Method.newBuilder()
            .setName(method.name())
            .setTitle(method.title())
            .setDescription(method.description())
            .setReference(method.reference().orElse(""))
            .setBaseModel(
                switch (method.baseModelRule()) {
                  case REQUIRED -> "required";
                  case OPTIONAL -> "optional";
                  case ORDINARY_INPUT -> "unused";
                })
            .setMinimumModels(count.least())
            .setMaximumModels(count.most() == Integer.MAX_VALUE ? 0 : count.most());
    method.parameters().forEach(parameter -> message.addParameters(parameter(parameter)));
    return message.build();
  }

  private static MethodParameter parameter(ParameterSpec parameter) {
    return MethodParameter.newBuilder()
        .setName(parameter.name())
        .setType(type(parameter.type()))
        .setPerModel(parameter.scope() == ParameterSpec.Scope.PER_MODEL)
        .setRequired(parameter.required())
        .setDefaultValue(parameter.fallback().map(Object::toString).orElse(""))
        .setRange(range(parameter.range()))
        .setDescription(parameter.description())
        .build();
  }

  private static String type(ParameterSpec.Type type) {
    return switch (type) {
      case NUMBER -> "number";
      case INTEGER -> "integer";
      case FLAG -> "boolean";
      case TEXT -> "text";
      case MODEL -> "model";
    };
  }

  private static String range(ParameterRange range) {
    if (range.equals(ParameterRange.ANY)) {
      return "";
    }
    boolean open = range.most() == Double.MAX_VALUE;
    return "[" + range.least() + ", " + (open ? "∞)" : range.most() + "]");
  }
}
