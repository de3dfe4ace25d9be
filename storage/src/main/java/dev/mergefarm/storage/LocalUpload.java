package dev.mergefarm.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/** An upload into a temporary file beside its target. */
final class LocalUpload implements ObjectUpload {

  private final LocalObjectStore store;
  private final String key;
  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private final UploadLength length;

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
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException failure) {
      throw LocalFailures.of("remove", temporary, failure);
    }
  }

  private void finish() throws IOException {
    length.requireComplete();
    if (store.durability() == LocalObjectStore.Durability.SYNCED) {
      channel.force(true);
    }
    channel.close();
  }

  /** A new name is only safe once its folder is on the disk as well. */
  private void synchroniseFolder() throws IOException {
    if (store.durability() == LocalObjectStore.Durability.SYNCED) {
      try (FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }
  }
}
