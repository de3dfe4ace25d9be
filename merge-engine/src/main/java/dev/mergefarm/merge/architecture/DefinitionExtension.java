package dev.mergefarm.merge.architecture;

import dev.mergefarm.merge.architecture.WeightDefinition.ExpertAssembly;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A definition with the tensors of checkpoints that it does not know added as optional weights, so
 * that none is lost.
 *
 * @param definition with the additions
 * @param additions names of the tensors added, {@code {layer}} in place of the layer's number
 */
public record DefinitionExtension(
    ArchitectureDefinition definition, SequencedSet<String> additions) {

  private static final Pattern EXPERT_NUMBER = Pattern.compile("experts\\.\\d+\\.");

  /**
   * Adds what is missing. Takes time in proportion to the number of names.
   *
   * @param names of the tensors of all checkpoints
   * @param embedding whether a tensor outside the layers has a row for each token
   */
  public static DefinitionExtension of(
      ArchitectureDefinition definition, Collection<String> names, Predicate<String> embedding) {
    Set<String> known = known(definition);
    SequencedMap<String, SequencedSet<String>> inLayers = new LinkedHashMap<>();
    SequencedMap<String, SequencedSet<String>> outside = new LinkedHashMap<>();
    SequencedSet<String> additions = new LinkedHashSet<>();
    for (String name : names) {
      Optional<ModuleDefinition> module = definition.moduleOf(name);
      if (module.isEmpty()) {
        continue;
      }
      OptionalInt layer = module.get().layerOf(name);
      String template = layer.isPresent() ? module.get().templateOf(name, layer.getAsInt()) : name;
      if (isKnown(template, known)) {
        continue;
      }
      additions.add(template);
      (layer.isPresent() ? inLayers : outside)
          .computeIfAbsent(module.get().name(), _ -> new LinkedHashSet<>())
          .add(template);
    }
    if (additions.isEmpty()) {
      return new DefinitionExtension(definition, additions);
    }
    SequencedMap<String, ModuleDefinition> modules = new LinkedHashMap<>();
    for (Map.Entry<String, ModuleDefinition> entry : definition.modules().entrySet()) {
      modules.put(
          entry.getKey(),
          extended(
              entry.getValue(),
              inLayers.getOrDefault(entry.getKey(), new LinkedHashSet<>()),
              outside.getOrDefault(entry.getKey(), new LinkedHashSet<>()),
              embedding));
    }
    return new DefinitionExtension(
        new ArchitectureDefinition(
            definition.classes(),
            definition.modelType(),
            definition.vocabularyKey(),
            definition.extraFiles(),
            modules,
            definition.inferred()),
        additions);
  }

  private static boolean isKnown(String template, Set<String> known) {
    return known.contains(template)
        || known.contains(EXPERT_NUMBER.matcher(template).replaceFirst("experts.{expert}."));
  }

  private static Set<String> known(ArchitectureDefinition definition) {
    Set<String> known = new HashSet<>();
    for (ModuleDefinition module : definition.modules().values()) {
      for (List<WeightDefinition> weights :
          List.of(module.before(), module.layer(), module.after())) {
        for (WeightDefinition weight : weights) {
          known.add(weight.name());
          known.addAll(weight.aliases());
          known.addAll(weight.tiedNames());
          weight.assemblies().stream().map(ExpertAssembly::parts).forEach(known::addAll);
        }
      }
    }
    return known;
  }

  private static ModuleDefinition extended(
      ModuleDefinition module,
      Collection<String> inLayers,
      Collection<String> outside,
      Predicate<String> embedding) {
    List<WeightDefinition> before = new ArrayList<>(module.before());
    outside.forEach(name -> before.add(addition(name, embedding.test(name))));
    List<WeightDefinition> layer = new ArrayList<>(module.layer());
    inLayers.forEach(name -> layer.add(addition(name, false)));
    return new ModuleDefinition(
        module.name(),
        module.prefix(),
        module.layersKey(),
        module.fixedLayers(),
        module.layerPrefix(),
        before,
        layer,
        module.after());
  }

  private static WeightDefinition addition(String name, boolean embedding) {
    return new WeightDefinition(name, List.of(), List.of(), List.of(), true, embedding);
  }
}
