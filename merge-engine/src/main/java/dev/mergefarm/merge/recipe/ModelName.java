package dev.mergefarm.merge.recipe;

import java.util.Optional;

/**
 * A model as a recipe names it: {@code path[@revision][+adapter[@revision]]}, or the mapping form
 * with the same parts. Two names are the same model when all parts are equal.
 *
 * @param path a reference that the model repository understands
 * @param revision branch, tag or commit of the model, where given
 * @param adapter a LoRA adapter merged into the model as it is read
 * @param architecture a class name that replaces the one in the model's configuration
 */
public record ModelName(
    String path,
    Optional<String> revision,
    Optional<Adapter> adapter,
    Optional<String> architecture) {

  /** A LoRA adapter in the PEFT layout. */
  public record Adapter(String path, Optional<String> revision) {

    /** The adapter as a repository finds it. */
    public String reference() {
      return path + revision.map(text -> "@" + text).orElse("");
    }
  }

  public ModelName {
    if (path.isBlank()) {
      throw new IllegalArgumentException("path must not be blank");
    }
  }

  /** A name of a path and nothing else. */
  public static ModelName of(String path) {
    return new ModelName(path, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException with the reason, for more than one {@code +}, more than one
   *     {@code @} in one half, or an empty part
   */
  public static ModelName parse(String text) {
    String[] halves = text.split("\\+", -1);
    if (halves.length > 2) {
      throw new IllegalArgumentException("Can't parse " + text + ": more than one '+'");
    }
    String[] base = half(halves[0], text);
    Optional<Adapter> adapter = Optional.empty();
    if (halves.length == 2) {
      String[] lora = half(halves[1], text);
      adapter = Optional.of(new Adapter(lora[0], revision(lora)));
    }
    return new ModelName(base[0], revision(base), adapter, Optional.empty());
  }

  private static String[] half(String text, String whole) {
    String[] parts = text.split("@", -1);
    if (parts.length > 2) {
      throw new IllegalArgumentException("Invalid model path - multiple @: " + whole);
    }
    for (String part : parts) {
      if (part.isBlank()) {
        throw new IllegalArgumentException("Can't parse '" + whole + "': a part is empty");
      }
    }
    return parts;
  }

  private static Optional<String> revision(String[] parts) {
    return parts.length == 2 ? Optional.of(parts[1]) : Optional.empty();
  }

  /** The model without its adapter, as a repository finds it: {@code path[@revision]}. */
  public String reference() {
    return path + revision.map(text -> "@" + text).orElse("");
  }

  /** The text form. */
  @Override
  public String toString() {
    return reference() + adapter.map(lora -> "+" + lora.reference()).orElse("");
  }
}
