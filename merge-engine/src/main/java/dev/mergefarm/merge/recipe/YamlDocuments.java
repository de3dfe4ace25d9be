package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads a YAML 1.1 stream into trees. Only plain data is accepted: no tags that name a type. Limits
 * are checked before and while the trees grow, so that a hostile document costs little.
 */
final class YamlDocuments {

  /** Largest text accepted, in bytes of UTF-8. */
  static final int LARGEST_TEXT = 1 << 20;

  /** Deepest nesting accepted. */
  static final int DEEPEST = 40;

  /** Most values in a stream, each alias counted with all that it stands for. */
  static final int MOST_NODES = 100_000;

  /** Most documents in a stream. */
  static final int MOST_DOCUMENTS = 64;

  /** The parser says that a limit was passed in its message alone. */
  private static final Pattern OVER_A_LIMIT = Pattern.compile("(?i)limit|exceed");

  private final Problems problems;
  private final PlainConstructor constructor = new PlainConstructor();
  private int nodes;

  private YamlDocuments(Problems problems) {
    this.problems = problems;
  }

  /** The documents of a stream that hold something; empty when problems made it unreadable. */
  static List<YamlNode> read(String text, Problems problems) {
    if (text.length() > LARGEST_TEXT
        || text.getBytes(StandardCharsets.UTF_8).length > LARGEST_TEXT) {
      problems.error(
          ErrorCode.YAML_LIMIT, "", "The document is larger than " + LARGEST_TEXT + " bytes.");
      return List.of();
    }
    try {
      return new YamlDocuments(problems).documents(text);
    } catch (LimitException limit) {
      problems.error(ErrorCode.YAML_LIMIT, limit.path, limit.getMessage());
    } catch (MarkedYAMLException failure) {
      problems.error(ErrorCode.YAML_SYNTAX, "", describe(failure));
    } catch (YAMLException failure) {
      boolean limit = OVER_A_LIMIT.matcher(String.valueOf(failure.getMessage())).find();
      problems.error(
          limit ? ErrorCode.YAML_LIMIT : ErrorCode.YAML_SYNTAX,
          "",
          "Not readable as YAML: " + failure.getMessage());
    }
    return List.of();
  }

  private List<YamlNode> documents(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(DEEPEST);
    options.setCodePointLimit(LARGEST_TEXT);
    List<Node> roots = new ArrayList<>();
    for (Node root : new Yaml(options).composeAll(new StringReader(text))) {
      if (!root.getTag().equals(Tag.NULL)) {
        roots.add(root);
      }
      if (roots.size() > MOST_DOCUMENTS) {
        throw new LimitException(
            "", "The stream holds more than " + MOST_DOCUMENTS + " documents.");
      }
    }
    List<YamlNode> documents = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      documents.add(convert(roots.get(i), roots.size() == 1 ? "" : "documents[" + i + "]", 0));
    }
    return List.copyOf(documents);
  }

  private YamlNode convert(Node node, String path, int depth) {
    nodes++;
    if (nodes > MOST_NODES) {
      throw new LimitException(
          path, "The document holds more than " + MOST_NODES + " values, aliases expanded.");
    }
    if (depth > DEEPEST) {
      throw new LimitException(path, "The document is nested deeper than " + DEEPEST + " levels.");
    }
    YamlNode.Position position = position(node.getStartMark());
    return switch (node) {
      case MappingNode mapping ->
          new YamlNode.Mapping(path, position, entries(mapping, path, depth));
      case SequenceNode sequence -> {
        List<YamlNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
          items.add(convert(item, path + "[" + items.size() + "]", depth + 1));
        }
        yield new YamlNode.Sequence(path, position, List.copyOf(items));
      }
      case ScalarNode scalar ->
          new YamlNode.Scalar(
              path,
              position,
              scalar.getValue(),
              Optional.ofNullable(constructor.value(scalar, path, problems)));
      default -> throw new IllegalStateException("unexpected node " + node.getNodeId());
    };
  }

  private SequencedMap<String, YamlNode> entries(MappingNode mapping, String path, int depth) {
    SequencedMap<String, YamlNode> entries = new LinkedHashMap<>();
    SequencedMap<String, YamlNode> inherited = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            path,
            "Keys must be text; " + position(tuple.getKeyNode().getStartMark()) + " is not.");
        continue;
      }
      if (key.getTag().equals(Tag.MERGE)) {
        inherit(convert(tuple.getValueNode(), child(path, "<<"), depth + 1), inherited);
        continue;
      }
      String name = key.getValue();
      YamlNode value = convert(tuple.getValueNode(), child(path, name), depth + 1);
      if (entries.putIfAbsent(name, value) != null) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            child(path, name),
            "The key appears a second time at " + position(key.getStartMark()) + ".");
      }
    }
    inherited.forEach(entries::putIfAbsent);
    return entries;
  }

  private void inherit(YamlNode source, SequencedMap<String, YamlNode> inherited) {
    switch (source) {
      case YamlNode.Mapping mapping -> mapping.entries().forEach(inherited::putIfAbsent);
      case YamlNode.Sequence sequence -> sequence.items().forEach(item -> inherit(item, inherited));
      case YamlNode.Scalar scalar ->
          problems.error(
              ErrorCode.INVALID_VALUE,
              scalar.path(),
              "A merge key takes a map or a list of maps, found " + scalar.kind() + ".");
    }
  }

  private static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static YamlNode.Position position(Mark mark) {
    return new YamlNode.Position(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static String describe(MarkedYAMLException failure) {
    String where =
        failure.getProblemMark() == null ? "" : " at " + position(failure.getProblemMark());
    return "Not valid YAML" + where + ": " + failure.getProblem() + ".";
  }

  /** Turns one scalar into a value by YAML 1.1's rules; refuses tags that name a type. */
  private static final class PlainConstructor extends SafeConstructor {

    PlainConstructor() {
      super(new LoaderOptions());
    }

    Object value(ScalarNode node, String path, Problems problems) {
      try {
        return constructObject(node);
      } catch (YAMLException | IllegalArgumentException failure) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            path,
            "Not a plain YAML value at " + position(node.getStartMark()) + ".");
        return node.getValue();
      }
    }
  }

  /** A limit was passed; unwinds to {@link #read}. */
  private static final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String path;

    LimitException(String path, String message) {
      super(message);
      this.path = path;
    }
  }
}
