package dev.mergefarm.eval.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Data in folders of this machine: relative paths are looked for in each folder in turn. */
public final class DirectoryDataFiles implements DataFiles {

  private final List<Path> roots;
  private final boolean anywhere;

  private DirectoryDataFiles(List<Path> roots, boolean anywhere) {
    this.roots = roots.stream().map(root -> root.toAbsolutePath().normalize()).toList();
    this.anywhere = anywhere;
  }

  /** For a user's own command line: absolute paths and paths with {@code ..} are followed. */
  public static DirectoryDataFiles unconfined(List<Path> roots) {
    return new DirectoryDataFiles(roots, true);
  }

  /** For other people's tasks: nothing outside the folders is read, nor through a link. */
  public static DirectoryDataFiles confined(List<Path> roots) {
    return new DirectoryDataFiles(roots, false);
  }

  /** The definition's folder comes after the first root, the working directory. */
  @Override
  public DataFiles beside(String definition) {
    Path folder = Path.of(definition).toAbsolutePath().getParent();
    List<Path> more = new ArrayList<>(roots);
    more.add(Math.min(1, more.size()), folder);
    return new DirectoryDataFiles(more, anywhere);
  }

  @Override
  public List<DataFile> find(String pattern) {
    for (Path root : roots) {
      List<DataFile> found = findIn(root, pattern);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private List<DataFile> findIn(Path root, String pattern) {
    PathPattern wanted = PathPattern.of(pattern);
    Path start = root.resolve(wanted.fixed()).normalize();
    if (!allowed(root, start)) {
      return List.of();
    }
    if (!wanted.wild()) {
      return Files.isRegularFile(start) ? List.of(file(pattern, start)) : List.of();
    }
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(start)) {
      return files
          .filter(Files::isRegularFile)
          .map(path -> file(wanted.fixed() + slashes(start.relativize(path)), path))
          .filter(file -> wanted.matches(file.name()))
          .sorted(Comparator.comparing(DataFile::name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("The data folder " + start + " cannot be listed", e);
    }
  }

  private boolean allowed(Path root, Path path) {
    if (anywhere) {
      return true;
    }
    if (!path.startsWith(root)) {
      return false;
    }
    try {
      return !Files.exists(path) || path.toRealPath().startsWith(root.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  private static String slashes(Path path) {
    return path.toString().replace('\\', '/');
  }

  private static DataFile file(String name, Path path) {
    return new DataFile(name, Optional.of(path), () -> Files.newInputStream(path));
  }
}
