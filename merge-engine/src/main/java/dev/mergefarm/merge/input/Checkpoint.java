package dev.mergefarm.merge.input;

import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.merge.architecture.WeightDefinition.ExpertAssembly;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/** The tensors of one model, found by what an architecture calls them. Immutable. */
public final class Checkpoint {

  private final int source;
  private final SequencedMap<String, TensorInfo> tensors;
  private final Optional<LoraAdapter> adapter;

  /**
   * @param source index of the checkpoint among a plan's models
   */
  public Checkpoint(
      int source, SequencedMap<String, TensorInfo> tensors, Optional<LoraAdapter> adapter) {
    this.source = source;
    this.tensors = tensors;
    this.adapter = adapter;
  }

  /** Names of all tensors, in file order. */
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(tensors.sequencedKeySet());
  }

  public Optional<TensorInfo> info(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** Whether the weight is there under its name or an alias, or can be put together. */
  public boolean has(WeightDefinition weight, int layer) {
    return direct(weight, layer).isPresent()
        || weight.assemblies().stream().anyMatch(assembly -> has(assembly, layer));
  }

  private boolean has(ExpertAssembly assembly, int layer) {
    return tensors.containsKey(assembly.partName(0, layer, 0));
  }

  private Optional<String> direct(WeightDefinition weight, int layer) {
    String name = WeightDefinition.at(weight.name(), layer);
    if (tensors.containsKey(name)) {
      return Optional.of(name);
    }
    return weight.aliases().stream()
        .map(alias -> WeightDefinition.at(alias, layer))
        .filter(tensors::containsKey)
        .findFirst();
  }

  /**
   * Finds a weight: by name, by alias, by what it is tied to, or put together from its experts.
   *
   * @throws IllegalArgumentException with the reason, when its experts do not fit together
   */
  public Optional<TensorOrigin> find(WeightDefinition weight, int layer) {
    Optional<String> stored =
        direct(weight, layer)
            .or(
                () ->
                    weight.tiedNames().stream()
                        .map(tied -> WeightDefinition.at(tied, layer))
                        .filter(tensors::containsKey)
                        .findFirst());
    if (stored.isPresent()) {
      return stored.map(this::stored);
    }
    for (ExpertAssembly assembly : weight.assemblies()) {
      if (has(assembly, layer)) {
        return Optional.of(assemble(assembly, layer));
      }
    }
    return Optional.empty();
  }

  private TensorOrigin stored(String name) {
    TensorOrigin plain = new TensorOrigin.Stored(source, tensors.get(name));
    return adapter.map(lora -> lora.apply(name, plain)).orElse(plain);
  }

  private TensorOrigin assemble(ExpertAssembly assembly, int layer) {
    List<TensorOrigin> parts = new ArrayList<>();
    int expert = 0;
    while (tensors.containsKey(assembly.partName(0, layer, expert))) {
      for (int part = 0; part < assembly.parts().size(); part++) {
        String name = assembly.partName(part, layer, expert);
        if (!tensors.containsKey(name)) {
          throw new IllegalArgumentException("expert " + expert + " lacks " + name);
        }
        parts.add(stored(name));
      }
      expert++;
    }
    if (parts.stream().anyMatch(part -> part.shape().rank() != 2)) {
      throw new IllegalArgumentException("experts must be matrices");
    }
    long columns = parts.getFirst().shape().dimension(1);
    long rows =
        parts.subList(0, assembly.parts().size()).stream()
            .mapToLong(part -> part.shape().dimension(0))
            .sum();
    return new TensorOrigin.Joined(Shape.of(expert, rows, columns), parts);
  }
}
