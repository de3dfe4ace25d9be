package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads task files as the reference program's YAML loader does: version 1.1 scalars, the last of
 * duplicate keys wins, dates stay text, {@code !function} becomes a {@link FunctionReference}.
 * Integers become {@link Long}, keys text.
 */
final class TaskYaml {

  /** Largest task file, in characters. */
  static final int MAXIMUM_LENGTH = 8 << 20;

  private static final int MAXIMUM_ALIASES = 50;
  private static final int MAXIMUM_DEPTH = 50;

  private TaskYaml() {}

  /**
   * @param path of the file, for messages and for resolving helpers
   * @throws MergefarmException {@code YAML_SYNTAX} with line and column, {@code YAML_LIMIT}, or
   *     {@code INVALID_VALUE} when the root is not a mapping
   */
  static Map<String, Object> parse(String path, String text) {
    if (text.length() > MAXIMUM_LENGTH) {
      throw new MergefarmException(
          ErrorCode.YAML_LIMIT, path + ": longer than " + MAXIMUM_LENGTH + " characters");
    }
    Object root = load(path, text);
    if (!(root instanceof Map<?, ?> map)) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, path + ": a task file must be a mapping of keys to values");
    }
    return plainMap(map);
  }

  private static Object load(String path, String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(true);
    options.setWarnOnDuplicateKeys(false);
    options.setMaxAliasesForCollections(MAXIMUM_ALIASES);
    options.setNestingDepthLimit(MAXIMUM_DEPTH);
    options.setCodePointLimit(MAXIMUM_LENGTH);
    DumperOptions dumper = new DumperOptions();
    Yaml yaml =
        new Yaml(
            new TaskConstructor(TaskPaths.directory(path), options),
            new Representer(dumper),
            dumper,
            options,
            new TaskResolver());
    try {
      return yaml.load(text);
    } catch (MarkedYAMLException e) {
      String where =
          e.getProblemMark() == null
              ? ""
              : " at line %d, column %d"
                  .formatted(e.getProblemMark().getLine() + 1, e.getProblemMark().getColumn() + 1);
      throw new MergefarmException(ErrorCode.YAML_SYNTAX, path + ": " + e.getProblem() + where, e);
    } catch (YAMLException e) {
      throw new MergefarmException(ErrorCode.YAML_LIMIT, path + ": " + e.getMessage(), e);
    }
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Map<?, ?> map -> plainMap(map);
      case Iterable<?> items -> {
        List<Object> list = new ArrayList<>();
        items.forEach(item -> list.add(plain(item)));
        yield list;
      }
      case Integer number -> number.longValue();
      case BigInteger number -> number.doubleValue();
      case null, default -> value;
    };
  }

  private static Map<String, Object> plainMap(Map<?, ?> map) {
    Map<String, Object> result = new LinkedHashMap<>();
    map.forEach((key, value) -> result.put(String.valueOf(key), plain(value)));
    return result;
  }

  /** Knows the one tag of task files and nothing else. */
  private static final class TaskConstructor extends SafeConstructor {
    TaskConstructor(String directory, LoaderOptions options) {
      super(options);
      yamlConstructors.put(
          new Tag("!function"),
          new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
              try {
                return new FunctionReference(directory, ((ScalarNode) node).getValue());
              } catch (ClassCastException | IllegalArgumentException e) {
                throw new TagException("!function must name module.attribute", node, e);
              }
            }
          });
    }
  }

  /** A malformed {@code !function} tag, with its place. */
  private static final class TagException extends MarkedYAMLException {
    private static final long serialVersionUID = 1L;

    TagException(String problem, Node node, Throwable cause) {
      super(null, null, problem, node.getStartMark(), cause);
    }
  }

  /** The scalar rules of version 1.1 as Python's loader has them: no dates, floats need a dot. */
  private static final class TaskResolver extends Resolver {
    private static final Pattern FLOAT_WITH_DOT =
        Pattern.compile(
            "^(?:[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?"
                + "|[-+]?\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
                + "|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*"
                + "|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN))$");

    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
      addImplicitResolver(Tag.INT, INT, "-+0123456789");
      addImplicitResolver(Tag.FLOAT, FLOAT_WITH_DOT, "-+0123456789.");
      addImplicitResolver(Tag.MERGE, MERGE, "<");
      addImplicitResolver(Tag.NULL, NULL, "~nN\0");
      addImplicitResolver(Tag.NULL, EMPTY, null);
    }
  }
}
