package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Task files in folders of this machine. For a user's own command line: an include may lead outside
 * the folders.
 */
public final class DirectoryTaskFiles implements TaskFiles {

  private final List<Path> roots;

  /**
   * @param roots folders, or single definition files; a later root's tasks replace an earlier one's
   * @throws MergefarmException if one of them does not exist
   */
  public DirectoryTaskFiles(List<Path> roots) {
    this.roots = List.copyOf(roots);
    for (Path root : roots) {
      if (!Files.exists(root)) {
        throw new MergefarmException(
            ErrorCode.TASK_NOT_FOUND, "The task folder " + root + " does not exist.");
      }
    }
  }

  @Override
  public List<List<String>> definitions() {
    return roots.stream().map(DirectoryTaskFiles::definitionsBelow).toList();
  }

  private static List<String> definitionsBelow(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(path -> path.toString().replace('\\', '/'))
          .filter(TaskFiles::isDefinition)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("The task folder " + root + " cannot be listed", e);
    }
  }

  @Override
  public Optional<String> read(String path) {
    Path file = Path.of(path);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > TaskYaml.MAXIMUM_LENGTH) {
        throw new MergefarmException(
            ErrorCode.YAML_LIMIT, path + ": longer than " + TaskYaml.MAXIMUM_LENGTH + " bytes");
      }
      return Optional.of(Files.readString(file));
    } catch (MalformedInputException e) {
      throw new MergefarmException(ErrorCode.YAML_SYNTAX, path + ": not UTF-8 text", e);
    } catch (IOException e) {
      throw new UncheckedIOException("The task file " + path + " cannot be read", e);
    }
  }
}
