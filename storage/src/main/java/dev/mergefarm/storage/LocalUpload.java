package dev.mergefarm.storage;

import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * An upload into a temporary file beside its target. Where content must reach the disk, that begins
 * while more is being written, so that {@link #publish} finds little left to wait for.
 */
final class LocalUpload implements ObjectUpload {

  /** Bytes after which the disk is asked to take what has been written. */
  private static final long SYNCHRONISED_BYTES = 128L << 20;

  private final LocalObjectStore store;
  private final String key;
  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private final UploadLength length;
  private long unsynchronised;
  private CompletableFuture<Void> synchronising = CompletableFuture.completedFuture(null);

  LocalUpload(
      LocalObjectStore store,
      String key,
      long size,
      Path path,
      Path temporary,
      FileChannel channel) {
    this.store = store;
    this.key = key;
    this.length = new UploadLength(key, size);
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  static String temporaryName() {
    return ObjectKeys.UPLOAD_START + UUID.randomUUID();
  }

  static boolean isTemporary(Path path) {
    return path.getFileName().toString().startsWith(ObjectKeys.UPLOAD_START);
  }

  @Override
  public void write(MemorySegment block) {
    length.add(block.byteSize());
    try {
      ChannelBlocks.append(channel, block);
    } catch (IOException failure) {
      throw LocalFailures.of("write", path, failure);
    }
    unsynchronised += block.byteSize();
    if (synchronised() && unsynchronised >= SYNCHRONISED_BYTES && synchronising.isDone()) {
      unsynchronised = 0;
      synchronising = CompletableFuture.runAsync(this::synchronise, LocalUpload::start);
    }
  }

  private static void start(Runnable task) {
    Thread.ofPlatform().daemon().name("disk-writer").start(task);
  }

  private void synchronise() {
    try {
      channel.force(false);
    } catch (IOException failure) {
      throw LocalFailures.of("write", path, failure);
    }
  }

  private boolean synchronised() {
    return store.durability() == LocalObjectStore.Durability.SYNCED;
  }

  @Override
  public ObjectInfo publish() {
    try {
      finish();
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      synchroniseFolder();
      return LocalObjectStore.info(key, Files.readAttributes(path, BasicFileAttributes.class));
    } catch (IOException failure) {
      throw LocalFailures.of("write", path, failure);
    }
  }

  /** Publishes unless the name is taken. */
  boolean publishIfAbsent() {
    try {
      finish();
      boolean written = LocalObjectStore.link(temporary, path);
      synchroniseFolder();
      return written;
    } catch (IOException failure) {
      throw LocalFailures.of("write", path, failure);
    }
  }

  @Override
  public void close() {
    synchronising.exceptionally(failed -> null).join();
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException failure) {
      throw LocalFailures.of("remove", temporary, failure);
    }
  }

  private void finish() throws IOException {
    length.requireComplete();
    if (synchronised()) {
      awaitSynchronised();
      channel.force(true);
    }
    channel.close();
  }

  /** A failure of the disk is only told once, to whoever asked first. */
  private void awaitSynchronised() {
    try {
      synchronising.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof MergefarmException known) {
        throw known;
      }
      throw failed;
    }
  }

  /** A new name is only safe once its folder is on the disk as well. */
  private void synchroniseFolder() throws IOException {
    if (synchronised()) {
      try (FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }
  }
}
