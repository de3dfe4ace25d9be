package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** Reads {@code parameters} maps: numbers, gradients, and lists of filtered values. */
final class ParameterReader {

  private final Problems problems;
  private final Compatibility compatibility;

  ParameterReader(Problems problems, Compatibility compatibility) {
    this.problems = problems;
    this.compatibility = compatibility;
  }

  ParameterSettings read(Fields owner) {
    Optional<YamlNode.Mapping> mapping = owner.mapping("parameters");
    if (mapping.isEmpty()) {
      return new ParameterSettings(owner.path("parameters"), new LinkedHashMap<>());
    }
    SequencedMap<String, ParameterSetting> settings = new LinkedHashMap<>();
    mapping
        .get()
        .entries()
        .forEach(
            (name, value) -> {
              if (!YamlNode.isNull(value)) {
                setting(value).ifPresent(setting -> settings.put(name, setting));
              }
            });
    return new ParameterSettings(mapping.get().path(), settings);
  }

  private Optional<ParameterSetting> setting(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar scalar -> single(scalar);
      case YamlNode.Sequence list when list.items().isEmpty() -> {
        problems.error(
            ErrorCode.INVALID_VALUE, list.path(), "An empty list is no value; give one or more.");
        yield Optional.empty();
      }
      case YamlNode.Sequence list when list.items().getFirst() instanceof YamlNode.Mapping ->
          filtered(list);
      case YamlNode.Sequence list -> gradient(list);
      case YamlNode.Mapping mapping -> {
        problems.error(
            ErrorCode.INVALID_VALUE,
            mapping.path(),
            "Unexpected setting value: a {filter, value} map stands in a list, as in"
                + " [{filter: mlp, value: 0.5}].");
        yield Optional.empty();
      }
    };
  }

  private Optional<ParameterSetting> single(YamlNode.Scalar scalar) {
    Optional<Double> number = Numbers.read(scalar);
    if (number.isEmpty()) {
      return Optional.of(new ParameterSetting.Text(scalar.text()));
    }
    return finite(scalar, number.get()).map(ParameterSetting.Number::new);
  }

  private Optional<Double> finite(YamlNode.Scalar scalar, double number) {
    if (Double.isFinite(number)) {
      return Optional.of(number);
    }
    Fields.wrongKind(scalar, "a finite number", problems);
    return Optional.empty();
  }

  private Optional<ParameterSetting> gradient(YamlNode.Sequence list) {
    List<Double> values = new ArrayList<>();
    for (YamlNode item : list.items()) {
      if (item instanceof YamlNode.Scalar scalar && Numbers.read(scalar).isPresent()) {
        finite(scalar, Numbers.read(scalar).get()).ifPresent(values::add);
      } else {
        Fields.wrongKind(item, "a number, as every value of a gradient", problems);
      }
    }
    return values.size() == list.items().size()
        ? Optional.of(new ParameterSetting.Gradient(values))
        : Optional.empty();
  }

  private Optional<ParameterSetting> filtered(YamlNode.Sequence list) {
    List<ParameterSetting.Filtered.Branch> branches = new ArrayList<>();
    for (YamlNode item : list.items()) {
      Fields.asMapping(item, problems).flatMap(this::branch).ifPresent(branches::add);
    }
    return branches.size() == list.items().size()
        ? Optional.of(new ParameterSetting.Filtered(branches))
        : Optional.empty();
  }

  private Optional<ParameterSetting.Filtered.Branch> branch(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<String> filter = fields.text("filter");
    Optional<YamlNode> value = fields.node("value");
    fields.reportUnknown(compatibility);
    if (value.isEmpty()) {
      problems.error(
          ErrorCode.MISSING_KEY, fields.path("value"), "A filtered setting needs a 'value'.");
      return Optional.empty();
    }
    boolean nested =
        value.get() instanceof YamlNode.Mapping
            || (value.get() instanceof YamlNode.Sequence list
                && list.items().stream().anyMatch(YamlNode.Mapping.class::isInstance));
    if (nested) {
      Fields.wrongKind(value.get(), "a number or a list of numbers", problems);
      return Optional.empty();
    }
    return setting(value.get())
        .map(setting -> new ParameterSetting.Filtered.Branch(filter, setting));
  }
}
