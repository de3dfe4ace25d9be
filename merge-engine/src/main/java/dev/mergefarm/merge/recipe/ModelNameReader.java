package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.model.ModelReference;
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
    return Fields.asText(node, problems)
        .flatMap(text -> parse(text, node))
        .map(reference -> new ModelName(reference, Optional.empty()));
  }

  private Optional<ModelReference> parse(String text, YamlNode node) {
    try {
      return Optional.of(new ModelReference(text));
    } catch (MergefarmException failure) {
      problems.error(failure.code(), node.path(), failure.getMessage());
      return Optional.empty();
    }
  }

  private Optional<ModelName> fromMapping(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<ModelReference> model = fields.node("model").flatMap(this::place);
    Optional<ModelReference> lora = fields.node("lora").flatMap(this::place);
    Optional<String> architecture = fields.text("override_architecture");
    fields.reportUnknown(compatibility);
    if (fields.node("model").isEmpty()) {
      problems.error(ErrorCode.MISSING_KEY, fields.path("model"), "A model is needed here.");
    }
    return model.map(
        base ->
            new ModelName(new ModelReference(base.path(), base.revision(), lora), architecture));
  }

  /** A path with a revision; the mapping form's paths may hold any character. */
  private Optional<ModelReference> place(YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      Fields fields = new Fields(mapping, problems);
      Optional<String> path = fields.text("path");
      Optional<String> revision = fields.text("revision");
      fields.reportUnknown(compatibility);
      if (fields.node("path").isEmpty()) {
        problems.error(ErrorCode.MISSING_KEY, fields.path("path"), "A path is needed here.");
      }
      return path.map(text -> new ModelReference(text, revision, Optional.empty()));
    }
    return Fields.asText(node, problems)
        .flatMap(text -> parse(text, node))
        .filter(reference -> plain(reference, node));
  }

  private boolean plain(ModelReference reference, YamlNode node) {
    if (reference.adapter().isPresent()) {
      Fields.wrongKind(node, "a path without '+'", problems);
      return false;
    }
    return true;
  }
}
