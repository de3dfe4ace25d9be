package dev.mergefarm.merge.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.merge.architecture.WeightDefinition.ExpertAssembly;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/**
 * The definitions of {@code architectures.json}. There a weight is a name with marks after it:
 * {@code *} its rows are the vocabulary's, {@code ?} it is optional, {@code :int64} it holds
 * integers.
 */
public final class KnownArchitectures {

  private static final List<ArchitectureDefinition> ALL = load();

  private KnownArchitectures() {}

  /** All definitions. */
  public static List<ArchitectureDefinition> all() {
    return ALL;
  }

  /**
   * The definition of a class; where several share a name, the one of the same model type, else the
   * first.
   */
  public static Optional<ArchitectureDefinition> find(String className, String modelType) {
    List<ArchitectureDefinition> named =
        ALL.stream().filter(definition -> definition.classes().contains(className)).toList();
    return named.stream()
        .filter(definition -> definition.modelType().equals(modelType))
        .findFirst()
        .or(() -> named.stream().findFirst());
  }

  private static List<ArchitectureDefinition> load() {
    try (InputStream stream = KnownArchitectures.class.getResourceAsStream("architectures.json")) {
      List<ArchitectureDefinition> definitions = new ArrayList<>();
      new ObjectMapper().readTree(stream).forEach(node -> definitions.add(definition(node)));
      return List.copyOf(definitions);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static ArchitectureDefinition definition(JsonNode node) {
    SequencedMap<String, ModuleDefinition> modules = new LinkedHashMap<>();
    node.get("modules")
        .properties()
        .forEach(
            entry ->
                modules.put(
                    entry.getKey(),
                    new ModuleParser(node, entry.getValue()).parse(entry.getKey())));
    return new ArchitectureDefinition(
        texts(node.path("classes")),
        node.get("modelType").asText(),
        node.path("vocabularyKey").asText("vocab_size"),
        texts(node.path("extraFiles")),
        modules,
        false);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** Reads one module of one definition. */
  private record ModuleParser(JsonNode definition, JsonNode module) {

    ModuleDefinition parse(String name) {
      String prefix = module.path("prefix").asText("");
      String layerPrefix =
          module.has("layerPrefix") ? prefix + module.get("layerPrefix").asText() : "";
      return new ModuleDefinition(
          name,
          prefix,
          Optional.ofNullable(module.get("layersKey")).map(JsonNode::asText),
          module.has("fixedLayers")
              ? OptionalInt.of(module.get("fixedLayers").asInt())
              : OptionalInt.empty(),
          layerPrefix,
          weights("before", prefix),
          weights("layer", layerPrefix),
          weights("after", prefix));
    }

    private List<WeightDefinition> weights(String key, String prefix) {
      String listed = module.path(key).asText("");
      List<WeightDefinition> weights = new ArrayList<>();
      for (String marked : listed.isEmpty() ? new String[0] : listed.split(" ")) {
        weights.add(weight(marked, prefix));
      }
      return weights;
    }

    private WeightDefinition weight(String marked, String prefix) {
      String plain = marked.replaceFirst("[*?]*(:int64)?$", "");
      String name = prefix + plain;
      List<String> tied = new ArrayList<>();
      for (JsonNode item : module.path("tied").path(plain)) {
        String other = module.path("prefix").asText("") + item.asText();
        tied.add(other);
        tied.addAll(aliases(other));
      }
      return new WeightDefinition(
          name,
          aliases(name),
          tied,
          assemblies(plain, prefix),
          marked.contains("?"),
          marked.contains("*"));
    }

    /** Applies the definition's replacements; one that starts with {@code ^} is for the start. */
    private List<String> aliases(String name) {
      List<String> aliases = new ArrayList<>();
      for (JsonNode pair : definition.path("aliases")) {
        String from = pair.get(0).asText();
        String to = pair.get(1).asText();
        boolean atStart = from.startsWith("^");
        String part = atStart ? from.substring(1) : from;
        if (atStart && name.startsWith(part)) {
          aliases.add(to + name.substring(part.length()));
        } else if (!atStart && name.contains(part)) {
          aliases.add(name.replace(part, to));
        }
      }
      return aliases;
    }

    private List<ExpertAssembly> assemblies(String plain, String prefix) {
      List<ExpertAssembly> assemblies = new ArrayList<>();
      for (JsonNode fused : definition.path("fused")) {
        if (fused.get("name").asText().equals(plain)) {
          assemblies.add(
              new ExpertAssembly(
                  texts(fused.get("rows")).stream().map(part -> prefix + part).toList()));
        }
      }
      return assemblies;
    }
  }
}
