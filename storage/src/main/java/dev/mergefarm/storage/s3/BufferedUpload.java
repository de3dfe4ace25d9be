package dev.mergefarm.storage.s3;

import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.UploadLength;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An upload that is held in memory until it is published. */
final class BufferedUpload implements ObjectUpload {

  private final S3ObjectStore store;
  private final String key;
  private final UploadLength length;
  private final byte[] content;

  BufferedUpload(S3ObjectStore store, String key, int size) {
    this.store = store;
    this.key = key;
    this.length = new UploadLength(key, size);
    this.content = new byte[size];
  }

  @Override
  public void write(MemorySegment block) {
    int start = Math.toIntExact(length.written());
    length.add(block.byteSize());
    MemorySegment.copy(
        block, ValueLayout.JAVA_BYTE, 0, content, start, Math.toIntExact(block.byteSize()));
  }

  @Override
  public ObjectInfo publish() {
    length.requireComplete();
    return S3Puts.put(store, key, content);
  }

  @Override
  public void close() {
    // Nothing was sent before publication.
  }
}
