package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.Optional;

/** Reads model references in their text and mapping forms. */
final class ModelNameReader {

  private final Problems problems;
  private final Compatibility compatibility;

  ModelNameReader(Problems problems, Compatibility compatibility) {
    this.problems = problems;
    this.compatibility = compatibility;
  }

  Optional<ModelName> optional(Fields owner, String key) {
    return owner.node(key).flatMap(this::read);
  }

  Optional<ModelName> required(Fields owner, String key) {
    Optional<YamlNode> node = owner.node(key);
    if (node.isEmpty()) {
      problems.error(ErrorCode.MISSING_KEY, owner.path(key), "A model is needed here.");
    }
    return node.flatMap(this::read);
  }

  private Optional<ModelName> read(YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      return fromMapping(mapping);
    }
    return Fields.asText(node, problems).flatMap(text -> parse(text, node));
  }

  private Optional<ModelName> parse(String text, YamlNode node) {
    try {
      return Optional.of(ModelName.parse(text));
    } catch (IllegalArgumentException failure) {
      problems.error(ErrorCode.INVALID_VALUE, node.path(), failure.getMessage() + ".");
      return Optional.empty();
    }
  }

  private Optional<ModelName> fromMapping(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<Place> model = fields.node("model").flatMap(this::place);
    Optional<Place> lora = fields.node("lora").flatMap(this::place);
    Optional<String> architecture = fields.text("override_architecture");
    fields.reportUnknown(compatibility);
    if (model.isEmpty() && fields.node("model").isEmpty()) {
      problems.error(ErrorCode.MISSING_KEY, fields.path("model"), "A model is needed here.");
    }
    return model.map(
        place ->
            new ModelName(
                place.path,
                place.revision,
                lora.map(adapter -> new ModelName.Adapter(adapter.path, adapter.revision)),
                architecture));
  }

  /** A path with a revision; the mapping form's paths may hold any character. */
  private Optional<Place> place(YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      Fields fields = new Fields(mapping, problems);
      Optional<String> path = fields.text("path");
      Optional<String> revision = fields.text("revision");
      fields.reportUnknown(compatibility);
      if (fields.node("path").isEmpty()) {
        problems.error(ErrorCode.MISSING_KEY, fields.path("path"), "A path is needed here.");
      }
      return path.map(text -> new Place(text, revision));
    }
    return Fields.asText(node, problems)
        .flatMap(text -> parse(text, node))
        .filter(name -> plain(name, node))
        .map(name -> new Place(name.path(), name.revision()));
  }

  private boolean plain(ModelName name, YamlNode node) {
    if (name.adapter().isPresent()) {
      Fields.wrongKind(node, "a path without '+'", problems);
      return false;
    }
    return true;
  }

  private record Place(String path, Optional<String> revision) {}
}
