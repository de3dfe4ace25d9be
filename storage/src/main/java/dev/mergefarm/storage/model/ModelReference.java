package dev.mergefarm.storage.model;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.util.Objects;
import java.util.Optional;

/**
 * A model as a user names it: {@code path[@revision][+adapter[@revision]]}. The path is {@code
 * models/name} or {@code org/name} (the farm's own store), {@code s3://bucket/prefix}, a local
 * path, or a model of the hub.
 *
 * @param path without revision and adapter
 * @param revision a branch, tag or commit of the hub's
 * @param adapter a low-rank adapter to add to the model; has none itself
 */
public record ModelReference(
    String path, Optional<String> revision, Optional<ModelReference> adapter) {

  private static final int LIMIT = 4096;

  /** Checks parts that were given one by one, as in a mapping; they may hold any character. */
  public ModelReference {
    Objects.requireNonNull(revision, "revision");
    Objects.requireNonNull(adapter, "adapter");
    if (path.isBlank() || revision.filter(String::isBlank).isPresent()) {
      throw invalid("A model reference needs a path, and a revision after '@'.");
    }
    if (path.length() > LIMIT || path.chars().anyMatch(Character::isISOControl)) {
      throw invalid("A model path has at most " + LIMIT + " characters, none of them control.");
    }
    if (adapter.flatMap(ModelReference::adapter).isPresent()) {
      throw invalid("An adapter cannot have an adapter.");
    }
  }

  /**
   * Parses the text form.
   *
   * @throws MergefarmException with {@code INVALID_VALUE} for more than one {@code +}, or more than
   *     one {@code @} in a half; paths with these characters need the mapping form
   */
  public ModelReference(String text) {
    this(parse(text));
  }

  private ModelReference(ModelReference other) {
    this(other.path, other.revision, other.adapter);
  }

  /** A reference to a path with nothing else. */
  public static ModelReference ofPath(String path) {
    return new ModelReference(path, Optional.empty(), Optional.empty());
  }

  /** The text form; parses back to an equal reference unless parts hold {@code @} or {@code +}. */
  public String text() {
    return path
        + revision.map(name -> "@" + name).orElse("")
        + adapter.map(other -> "+" + other.text()).orElse("");
  }

  /** The model alone. */
  public ModelReference withoutAdapter() {
    return new ModelReference(path, revision, Optional.empty());
  }

  @Override
  public String toString() {
    return text();
  }

  private static ModelReference parse(String text) {
    String[] halves = text.strip().split("\\+", -1);
    if (halves.length > 2) {
      throw invalid("'" + text + "' has more than one '+'.");
    }
    ModelReference model = parseHalf(text, halves[0]);
    return halves.length == 1
        ? model
        : new ModelReference(model.path, model.revision, Optional.of(parseHalf(text, halves[1])));
  }

  private static ModelReference parseHalf(String text, String half) {
    String[] parts = half.split("@", -1);
    if (parts.length > 2) {
      throw invalid("'" + text + "' has more than one '@' in a model's path.");
    }
    Optional<String> revision = parts.length == 2 ? Optional.of(parts[1]) : Optional.empty();
    return new ModelReference(parts[0], revision, Optional.empty());
  }

  private static MergefarmException invalid(String message) {
    return new MergefarmException(ErrorCode.INVALID_VALUE, message);
  }
}
