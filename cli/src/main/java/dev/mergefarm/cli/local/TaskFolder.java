package dev.mergefarm.cli.local;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A folder of task files on this machine, ready to be sent as a bundle: its definitions and
 * helpers, and the data files that they name, wherever those lie.
 */
public final class TaskFolder {

  private static final Set<String> SUFFIXES =
      Set.of(
          "yaml", "yml", "py", "json", "jsonl", "ndjson", "csv", "tsv", "parquet", "txt", "gz",
          "zst");

  private TaskFolder() {}

  /**
   * @param folder with task files, at any depth
   * @param working what relative data paths are relative to, as for the reference program; a file
   *     that is not there is looked for beside its task's definition, then in the folder itself
   * @return name within the bundle to file; data files under the path that the task file gives
   * @throws MergefarmException listing every data file that is missing
   */
  public static SortedMap<String, Path> files(Path folder, Path working) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new MergefarmException(ErrorCode.OBJECT_NOT_FOUND, folder + " is no folder of tasks");
    }
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> entries = Files.walk(folder)) {
      entries
          .filter(Files::isRegularFile)
          .filter(file -> SUFFIXES.contains(suffix(file)))
          .forEach(file -> files.put(slashed(folder.relativize(file)), file));
    }
    Problems problems = new Problems();
    for (Path definition : List.copyOf(files.values())) {
      if (suffix(definition).equals("yaml") || suffix(definition).equals("yml")) {
        addData(definition, folder, working, files, problems);
      }
    }
    problems.throwIfErrors();
    return files;
  }

  private static void addData(
      Path definition, Path folder, Path working, SortedMap<String, Path> files, Problems problems)
      throws IOException {
    for (String name : dataFiles(definition)) {
      boolean wild = name.contains("*") || name.contains("?");
      if (name.contains("://") || wild || files.containsKey(name)) {
        continue;
      }
      Path found =
          Stream.of(working, definition.getParent(), folder)
              .map(base -> base.resolve(name))
              .filter(Files::isRegularFile)
              .findFirst()
              .orElse(null);
      if (found == null) {
        problems.error(
            ErrorCode.OBJECT_NOT_FOUND,
            folder.relativize(definition).toString(),
            "the data file %s is neither in %s nor in %s nor in %s"
                .formatted(name, working, definition.getParent(), folder));
      } else {
        boolean beside = found.equals(definition.getParent().resolve(name));
        Path key = beside ? folder.relativize(found.normalize()) : Path.of(name).normalize();
        files.put(slashed(key), found);
      }
    }
  }

  private static List<String> dataFiles(Path definition) throws IOException {
    List<String> found = new ArrayList<>();
    try (Reader reader = Files.newBufferedReader(definition)) {
      Node root = new Yaml(new LoaderOptions()).compose(reader);
      if (root instanceof MappingNode mapping) {
        for (NodeTuple entry : mapping.getValue()) {
          if (scalar(entry.getKeyNode()).equals("dataset_kwargs")
              && entry.getValueNode() instanceof MappingNode settings) {
            settings.getValue().stream()
                .filter(setting -> scalar(setting.getKeyNode()).equals("data_files"))
                .forEach(setting -> collect(setting.getValueNode(), found));
          }
        }
      }
    } catch (MarkedYAMLException malformed) {
      throw new MergefarmException(
          ErrorCode.YAML_SYNTAX, definition + ": " + malformed.getMessage(), malformed);
    }
    return found;
  }

  private static void collect(Node node, List<String> found) {
    switch (node) {
      case ScalarNode scalar -> found.add(scalar.getValue());
      case SequenceNode sequence -> sequence.getValue().forEach(item -> collect(item, found));
      case MappingNode mapping ->
          mapping.getValue().forEach(entry -> collect(entry.getValueNode(), found));
      default -> {
        // An anchor: its target is collected where it stands.
      }
    }
  }

  private static String scalar(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  private static String suffix(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String slashed(Path path) {
    return path.toString().replace('\\', '/');
  }
}
