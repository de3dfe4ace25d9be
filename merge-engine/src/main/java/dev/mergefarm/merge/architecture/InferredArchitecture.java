package dev.mergefarm.merge.architecture;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a definition off the tensor names of checkpoints. A name with a number between dots belongs
 * to a layer: what stands before the number is the layer prefix. One prefix makes one module; of
 * several, each makes a module named by the prefix, and all other tensors one named {@code
 * default}. Takes time in proportion to the number of names.
 */
public final class InferredArchitecture {

  private static final Pattern LAYER_NUMBER = Pattern.compile("\\.(\\d{1,6})\\.");

  private InferredArchitecture() {}

  /**
   * A definition for checkpoints with these tensors.
   *
   * @param className what to call it
   * @param names of the tensors of all checkpoints
   * @param everywhere whether a tensor is in every checkpoint; the others are optional
   * @param embedding whether a tensor's rows are the vocabulary's
   */
  public static ArchitectureDefinition from(
      String className,
      String modelType,
      Collection<String> names,
      Predicate<String> everywhere,
      Predicate<String> embedding) {
    SequencedMap<String, Layers> layers = new LinkedHashMap<>();
    List<WeightDefinition> outside = new ArrayList<>();
    for (String name : names) {
      Matcher matcher = LAYER_NUMBER.matcher(name);
      if (matcher.find()) {
        layers
            .computeIfAbsent(name.substring(0, matcher.start()), _ -> new Layers())
            .add(
                Integer.parseInt(matcher.group(1)),
                name.substring(matcher.end()),
                everywhere.test(name));
      } else {
        outside.add(weight(name, !everywhere.test(name), embedding.test(name)));
      }
    }
    return new ArchitectureDefinition(
        List.of(className), modelType, "vocab_size", List.of(), modules(layers, outside), true);
  }

  private static SequencedMap<String, ModuleDefinition> modules(
      SequencedMap<String, Layers> layers, List<WeightDefinition> outside) {
    SequencedMap<String, ModuleDefinition> modules = new LinkedHashMap<>();
    if (layers.size() == 1) {
      Map.Entry<String, Layers> only = layers.firstEntry();
      modules.put(
          ArchitectureDefinition.DEFAULT_MODULE,
          only.getValue()
              .module(ArchitectureDefinition.DEFAULT_MODULE, "", only.getKey(), outside));
      return modules;
    }
    layers.forEach(
        (prefix, found) ->
            modules.put(prefix, found.module(prefix, prefix + ".", prefix, List.of())));
    if (!outside.isEmpty()) {
      modules.put(
          ArchitectureDefinition.DEFAULT_MODULE,
          new ModuleDefinition(
              ArchitectureDefinition.DEFAULT_MODULE,
              "",
              Optional.empty(),
              OptionalInt.of(0),
              "",
              outside,
              List.of(),
              List.of()));
    }
    return modules;
  }

  private static WeightDefinition weight(String name, boolean optional, boolean embedding) {
    return new WeightDefinition(name, List.of(), List.of(), List.of(), optional, embedding);
  }

  /** The layers under one prefix: how many, and which names every one of them has. */
  private static final class Layers {
    private final SequencedMap<String, Integer> counts = new LinkedHashMap<>();
    private final SequencedSet<String> optional = new LinkedHashSet<>();
    private int count;

    void add(int layer, String rest, boolean everywhere) {
      count = Math.max(count, layer + 1);
      counts.merge(rest, 1, Integer::sum);
      if (!everywhere) {
        optional.add(rest);
      }
    }

    ModuleDefinition module(
        String name, String prefix, String layerPrefix, List<WeightDefinition> before) {
      String start = layerPrefix + "." + WeightDefinition.LAYER + ".";
      List<WeightDefinition> weights =
          counts.entrySet().stream()
              .map(
                  entry ->
                      weight(
                          start + entry.getKey(),
                          entry.getValue() < count || optional.contains(entry.getKey()),
                          false))
              .toList();
      return new ModuleDefinition(
          name, prefix, Optional.empty(), OptionalInt.of(count), start, before, weights, List.of());
    }
  }
}
