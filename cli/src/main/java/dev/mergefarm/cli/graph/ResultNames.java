package dev.mergefarm.cli.graph;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Puts other names where a recipe names models, and leaves the rest of its text alone. */
final class ResultNames {

  /** Where recipes name models, at any depth. */
  private static final Set<String> KEYS =
      Set.of("model", "base_model", "path", "tokenizer_source", "source");

  private record Replacement(int start, int end, String text) {}

  private final String text;
  private final Map<String, String> names;
  private final List<Replacement> replacements = new ArrayList<>();

  private ResultNames(String text, Map<String, String> names) {
    this.text = text;
    this.names = names;
  }

  /**
   * @param text one recipe's YAML
   * @param names old name to new one; an adapter after a name ({@code name+adapter}) stays
   */
  static String replace(String text, Map<String, String> names) {
    ResultNames work = new ResultNames(text, names);
    work.visit(new Yaml(new LoaderOptions()).compose(new StringReader(text)));
    StringBuilder result = new StringBuilder(text);
    work.replacements.stream()
        .distinct()
        .sorted(Comparator.comparingInt(Replacement::start).reversed())
        .forEach(found -> result.replace(found.start(), found.end(), found.text()));
    return result.toString();
  }

  private void visit(Node node) {
    switch (node) {
      case MappingNode mapping -> mapping.getValue().forEach(this::visit);
      case SequenceNode sequence -> sequence.getValue().forEach(this::visit);
      default -> {
        // A scalar counts only as the value of a key.
      }
    }
  }

  private void visit(NodeTuple entry) {
    boolean named = entry.getKeyNode() instanceof ScalarNode key && KEYS.contains(key.getValue());
    if (named && entry.getValueNode() instanceof ScalarNode value) {
      replace(value);
    } else {
      visit(entry.getValueNode());
    }
  }

  private void replace(ScalarNode value) {
    String found = value.getValue();
    int plus = found.indexOf('+');
    String model = plus < 0 ? found : found.substring(0, plus);
    String adapter = plus < 0 ? "" : found.substring(plus);
    String name = names.get(model.strip());
    if (name != null) {
      replacements.add(
          new Replacement(
              RecipeStream.offset(text, value.getStartMark()),
              RecipeStream.offset(text, value.getEndMark()),
              '"' + name + adapter.replace("\\", "\\\\").replace("\"", "\\\"") + '"'));
    }
  }
}
