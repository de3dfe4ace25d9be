package dev.mergefarm.merge.architecture;

import dev.mergefarm.merge.architecture.WeightDefinition.ExpertAssembly;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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

  private static final Pattern LAYER_NUMBER = Pattern.compile("\\.\\d+\\.");
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
    SequencedMap<String, Additions> byModule = new LinkedHashMap<>();
    SequencedSet<String> additions = new LinkedHashSet<>();
    for (String name : names) {
      ModuleDefinition module =
          definition.moduleOf(name).orElse(definition.modules().firstEntry().getValue());
      OptionalInt layer = module.layerOf(name);
      String template = layer.isPresent() ? module.templateOf(name, layer.getAsInt()) : name;
      if (!isKnown(template, known)) {
        additions.add(template);
        Additions found = byModule.computeIfAbsent(module.name(), _ -> new Additions());
        (layer.isPresent() ? found.layer : found.outside).add(template);
      }
    }
    SequencedMap<String, ModuleDefinition> modules = new LinkedHashMap<>(definition.modules());
    byModule.forEach(
        (name, found) ->
            modules.computeIfPresent(name, (_, module) -> extended(module, found, embedding)));
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

  /** Names that one module lacks. */
  private static final class Additions {
    private final SequencedSet<String> layer = new LinkedHashSet<>();
    private final SequencedSet<String> outside = new LinkedHashSet<>();
  }

  /** Aliases of a layer's weights may stand under another prefix than the layers'. */
  private static boolean isKnown(String template, Set<String> known) {
    String anyPrefix = LAYER_NUMBER.matcher(template).replaceFirst(".{layer}.");
    for (String candidate : List.of(template, anyPrefix)) {
      if (known.contains(candidate)
          || known.contains(EXPERT_NUMBER.matcher(candidate).replaceFirst("experts.{expert}."))) {
        return true;
      }
    }
    return false;
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
      ModuleDefinition module, Additions found, Predicate<String> embedding) {
    List<WeightDefinition> before = new ArrayList<>(module.before());
    found.outside.forEach(name -> before.add(addition(name, embedding.test(name))));
    List<WeightDefinition> layer = new ArrayList<>(module.layer());
    found.layer.forEach(name -> layer.add(addition(name, false)));
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
