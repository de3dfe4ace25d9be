package dev.mergefarm.storage;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/** Walks a directory for the objects under a prefix. */
final class LocalListing extends SimpleFileVisitor<Path> {

  private final Path root;
  private final Path start;
  private final String prefix;
  private final List<ObjectInfo> found = new ArrayList<>();

  private LocalListing(Path root, Path start, String prefix) {
    this.root = root;
    this.start = start;
    this.prefix = prefix;
  }

  static List<ObjectInfo> walk(Path root, Path start, String prefix) {
    LocalListing listing = new LocalListing(root, start, prefix);
    try {
      Files.walkFileTree(
          start, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, listing);
    } catch (IOException failure) {
      throw LocalFailures.of("list", start, failure);
    }
    listing.found.sort(Comparator.comparing(ObjectInfo::key, ObjectKeys.ORDER));
    return List.copyOf(listing.found);
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    boolean wanted = folder.equals(start) || (keyOf(folder) + "/").startsWith(prefix);
    boolean above = prefix.startsWith(keyOf(folder) + "/");
    return wanted || above ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    String key = keyOf(file);
    if (attributes.isRegularFile() && key.startsWith(prefix) && ObjectKeys.fault(key).isEmpty()) {
      found.add(LocalObjectStore.info(key, attributes));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException || failure instanceof FileSystemLoopException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }

  private String keyOf(Path path) {
    StringBuilder key = new StringBuilder();
    for (Path part : root.relativize(path)) {
      key.append(key.isEmpty() ? "" : "/").append(part);
    }
    return key.toString();
  }
}
