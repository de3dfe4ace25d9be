package dev.mergefarm.storage.manifest;

import dev.mergefarm.storage.ObjectKeys;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a model is and where it came from. Holds nothing that differs between two runs of the same
 * work, neither time nor place, so that its bytes can be signed and compared.
 *
 * @param engine program and version that wrote the model, such as {@code mergefarm 0.1.0}
 * @param plan digest of everything that determined the bytes of the model; empty for a copy
 * @param origin where the model was copied from, such as {@code hub:org/name@commit}; empty for one
 *     that was made here
 * @param recipe the recipe's text as submitted; empty for a copy
 * @param seed of the random numbers; empty where none were drawn
 * @param inputs the models that went in, in the recipe's order
 * @param outputs every file of the model but the manifest, in the order of names
 */
public record Manifest(
    String engine,
    Optional<String> plan,
    Optional<String> origin,
    Optional<String> recipe,
    OptionalLong seed,
    List<ManifestInput> inputs,
    List<FileDigest> outputs) {

  /** The manifest's file name; a model made by the farm is whole once it is there. */
  public static final String FILE = "mergefarm.json";

  public Manifest {
    if (engine.isBlank()) {
      throw new IllegalArgumentException("engine must not be empty");
    }
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(seed, "seed");
    inputs = List.copyOf(inputs);
    outputs =
        outputs.stream().sorted(Comparator.comparing(FileDigest::name, ObjectKeys.ORDER)).toList();
    if (outputs.stream().map(FileDigest::name).distinct().count() != outputs.size()) {
      throw new IllegalArgumentException("an output file is there twice");
    }
  }

  /** The output of a name. */
  public Optional<FileDigest> output(String name) {
    return outputs.stream().filter(file -> file.name().equals(name)).findFirst();
  }
}
