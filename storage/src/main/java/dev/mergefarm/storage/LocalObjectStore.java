package dev.mergefarm.storage;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A directory as an object store: keys are paths below it. Objects are written to a temporary
 * sibling and renamed, so a reader sees an object whole or not at all. Keys cannot lead out of the
 * directory, but links that someone put into it are followed (model caches are made of them).
 *
 * <p>Each read opens the file anew: that costs about 10 microseconds, and an interrupted reader
 * cannot close the file for others.
 */
public final class LocalObjectStore implements ObjectStore {

  /** What {@link ObjectUpload#publish} waits for. */
  public enum Durability {
    /** Content and name are on the disk, and survive a loss of power. */
    SYNCED,
    /** Content is with the operating system, and survives the end of this process only. */
    PAGE_CACHE
  }

  private static final int CREATE_ATTEMPTS = 8;

  private final Path root;
  private final Durability durability;

  /** A store of {@link Durability#SYNCED} writes. */
  public LocalObjectStore(Path root) {
    this(root, Durability.SYNCED);
  }

  /**
   * @param root the directory; made on the first write when it does not exist
   */
  public LocalObjectStore(Path root, Durability durability) {
    this.root = root.toAbsolutePath().normalize();
    this.durability = durability;
  }

  @Override
  public String location() {
    return root.toString();
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    Path path = path(key);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isRegularFile() ? Optional.of(info(key, attributes)) : Optional.empty();
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException failure) {
      if (isBelowFile(path)) {
        return Optional.empty();
      }
      throw LocalFailures.of("read", path, failure);
    }
  }

  @Override
  public List<ObjectInfo> list(String prefix) {
    String folder = ObjectKeys.folderOf(ObjectKeys.checkPrefix(prefix));
    Path start = folder.isEmpty() ? root : path(folder.substring(0, folder.length() - 1));
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    return LocalListing.walk(root, start, prefix);
  }

  @Override
  public void read(String key, long offset, MemorySegment target) {
    Path path = path(key);
    try (FileChannel channel = openForRead(key, path)) {
      ChannelBlocks.read(channel, offset, target, key);
    } catch (IOException failure) {
      throw LocalFailures.of("read", path, failure);
    }
  }

  @Override
  public byte[] readAll(String key, int limit) {
    Path path = path(key);
    try (FileChannel channel = openForRead(key, path)) {
      long size = channel.size();
      if (size > limit) {
        throw new MergefarmException(
            ErrorCode.OBJECT_TOO_LARGE,
            "'" + key + "' has " + size + " bytes; at most " + limit + " are accepted.");
      }
      byte[] content = new byte[Math.toIntExact(size)];
      ChannelBlocks.read(channel, 0, MemorySegment.ofArray(content), key);
      return content;
    } catch (IOException failure) {
      throw LocalFailures.of("read", path, failure);
    }
  }

  @Override
  public ObjectUpload upload(String key, long size) {
    if (size < 0) {
      throw new IllegalArgumentException("size must be 0 or more, found " + size);
    }
    Path path = path(key);
    Path temporary = path.resolveSibling(LocalUpload.temporaryName());
    try {
      FileChannel channel = create(temporary);
      return new LocalUpload(this, key, size, path, temporary, channel);
    } catch (IOException failure) {
      throw LocalFailures.of("write", path, failure);
    }
  }

  @Override
  public void put(String key, byte[] content) {
    try (ObjectUpload upload = upload(key, content.length)) {
      upload.write(MemorySegment.ofArray(content));
      upload.publish();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Atomic through a hard link; on a file system without hard links the name is created first
   * and filled then, so that of two writers still one wins, but a reader may see a short object.
   */
  @Override
  public boolean putIfAbsent(String key, byte[] content) {
    if (find(key).isPresent()) {
      return false;
    }
    try (LocalUpload upload = (LocalUpload) upload(key, content.length)) {
      upload.write(MemorySegment.ofArray(content));
      return upload.publishIfAbsent();
    }
  }

  @Override
  public void delete(String key) {
    Path path = path(key);
    if (Files.isDirectory(path)) {
      return;
    }
    try {
      if (Files.deleteIfExists(path)) {
        removeEmptyFolders(path.getParent());
      }
    } catch (IOException failure) {
      if (!isBelowFile(path)) {
        throw LocalFailures.of("delete", path, failure);
      }
    }
  }

  @Override
  public void removeUnfinishedUploads(String folder) {
    ObjectKeys.checkPrefix(folder);
    Path start = root.resolve(folder);
    if (!Files.isDirectory(start)) {
      return;
    }
    try (Stream<Path> files = Files.walk(start)) {
      for (Path file : files.filter(LocalUpload::isTemporary).toList()) {
        Files.deleteIfExists(file);
        removeEmptyFolders(file.getParent());
      }
    } catch (IOException failure) {
      throw LocalFailures.of("clear", start, failure);
    } catch (UncheckedIOException failure) {
      throw LocalFailures.of("clear", start, failure.getCause());
    }
  }

  @Override
  public void close() {
    // Holds nothing open between calls.
  }

  Durability durability() {
    return durability;
  }

  /** What the store says of an object with these attributes. */
  static ObjectInfo info(String key, BasicFileAttributes attributes) {
    String tag =
        Long.toHexString(attributes.size())
            + "-"
            + Long.toHexString(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS))
            + "-"
            + Integer.toHexString(String.valueOf(attributes.fileKey()).hashCode());
    return new ObjectInfo(key, attributes.size(), tag);
  }

  private Path path(String key) {
    return root.resolve(ObjectKeys.check(key));
  }

  private static FileChannel openForRead(String key, Path path) throws IOException {
    try {
      if (Files.isDirectory(path)) {
        throw new NoSuchFileException(path.toString());
      }
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException absent) {
      throw new MergefarmException(
          ErrorCode.OBJECT_NOT_FOUND, "There is no '" + key + "' in the store.", absent);
    }
  }

  /** Creates a file and its folders, again if another thread removes an empty folder meanwhile. */
  private static FileChannel create(Path temporary) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Files.createDirectories(temporary.getParent());
        return FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (NoSuchFileException removed) {
        if (attempt == CREATE_ATTEMPTS) {
          throw removed;
        }
      }
    }
  }

  /** In a bucket there are no empty folders, so a deleted object takes them with it. */
  private void removeEmptyFolders(Path folder) {
    for (Path each = folder; !each.equals(root); each = each.getParent()) {
      try {
        Files.delete(each);
      } catch (IOException notEmpty) {
        return;
      }
    }
  }

  private boolean isBelowFile(Path path) {
    for (Path each = path.getParent();
        each != null && each.startsWith(root);
        each = each.getParent()) {
      if (Files.isRegularFile(each)) {
        return true;
      }
    }
    return false;
  }

  /** Moves a finished temporary file to a name that must be free. */
  static boolean link(Path temporary, Path path) throws IOException {
    try {
      Files.createLink(path, temporary);
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    } catch (UnsupportedOperationException noHardLinks) {
      try (FileChannel source = FileChannel.open(temporary, StandardOpenOption.READ);
          FileChannel target =
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        source.transferTo(0, source.size(), target);
        return true;
      } catch (FileAlreadyExistsException taken) {
        return false;
      }
    }
  }
}
