package dev.mergefarm.farm;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The folder of one running farm. It is locked while open, so that two farms never write to one
 * folder; the lock ends with the process, however that ends.
 */
final class DataFolder implements AutoCloseable {

  private static final String LOCK_FILE = "farm.lock";

  private final Path root;
  private final FileChannel lockFile;
  private final FileLock lock;

  private DataFolder(Path root, FileChannel lockFile, FileLock lock) {
    this.root = root;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Creates the folder if need be, and locks it.
   *
   * @throws MergefarmException with {@code DATA_FOLDER_IN_USE} or {@code DATA_FOLDER_UNUSABLE}
   */
  static DataFolder open(Path root) {
    FileChannel channel = null;
    try {
      Files.createDirectories(root.resolve("kafka"));
      Files.createDirectories(root.resolve("store"));
      channel =
          FileChannel.open(
              root.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new MergefarmException(
            ErrorCode.DATA_FOLDER_IN_USE,
            "Another farm" + owner(channel) + " is running on the data folder " + root + ".");
      }
      String owner = Long.toString(ProcessHandle.current().pid());
      channel.truncate(0).write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.US_ASCII)), 0);
      return new DataFolder(root, channel, lock);
    } catch (IOException | MergefarmException failure) {
      closeQuietly(channel, failure);
      throw failure instanceof MergefarmException known
          ? known
          : new MergefarmException(
              ErrorCode.DATA_FOLDER_UNUSABLE,
              "The data folder " + root + " cannot be used: " + failure + ".",
              failure);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      return null;
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    String process = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    return process.isBlank() ? "" : " (process " + process + ")";
  }

  private static void closeQuietly(FileChannel channel, Exception failure) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException second) {
        failure.addSuppressed(second);
      }
    }
  }

  Path root() {
    return root;
  }

  /** Where the broker keeps its log. */
  Path kafka() {
    return root.resolve("kafka");
  }

  /** Where objects lie. */
  Path store() {
    return root.resolve("store");
  }

  @Override
  public void close() {
    try {
      lock.release();
      lockFile.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
