package dev.mergefarm.merge.architecture;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A model class.
 *
 * @param classes names in a configuration's {@code architectures}; the first is its own
 * @param modelType the configuration's {@code model_type}
 * @param vocabularyKey where the configuration says how large the vocabulary is
 * @param extraFiles files beside weights, configuration and tokenizer that the model needs
 * @param modules its parts, in order
 * @param inferred whether it was read off a checkpoint's tensor names
 */
public record ArchitectureDefinition(
    List<String> classes,
    String modelType,
    String vocabularyKey,
    List<String> extraFiles,
    SequencedMap<String, ModuleDefinition> modules,
    boolean inferred) {

  /** The name of the only part of a model that has one. */
  public static final String DEFAULT_MODULE = "default";

  public ArchitectureDefinition {
    classes = List.copyOf(classes);
    extraFiles = List.copyOf(extraFiles);
    modules = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(modules));
  }

  public String name() {
    return classes.getFirst();
  }

  /** The module that a tensor belongs to by its name. */
  public Optional<ModuleDefinition> moduleOf(String tensor) {
    Optional<ModuleDefinition> byLayer =
        modules.values().stream().filter(module -> module.layerOf(tensor).isPresent()).findFirst();
    return byLayer
        .or(
            () ->
                modules.values().stream()
                    .filter(module -> !module.prefix().isEmpty())
                    .filter(module -> tensor.startsWith(module.prefix()))
                    .findFirst())
        .or(
            () ->
                modules.values().stream().filter(module -> module.prefix().isEmpty()).findFirst());
  }
}
