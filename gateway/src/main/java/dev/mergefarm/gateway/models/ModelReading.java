package dev.mergefarm.gateway.models;

import com.google.protobuf.UnsafeByteOperations;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.proto.v1.ModelChunk;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.model.ModelFiles;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** A model's files as chunks, in name order; an empty file is one empty chunk. */
public final class ModelReading {

  private final ObjectFolder folder;

  public ModelReading(ObjectFolder folder) {
    this.folder = folder;
  }

  /** Reads chunk by chunk; holds one at a time. */
  public void forEach(Consumer<ModelChunk> consumer) {
    for (ObjectInfo file : folder.list()) {
      if (!file.key().startsWith(ModelFiles.PRIVATE_PREFIX)) {
        read(file, consumer);
      }
    }
  }

  private void read(ObjectInfo file, Consumer<ModelChunk> consumer) {
    long offset = 0;
    do {
      byte[] content = new byte[(int) Math.min(Limits.CHUNK_BYTES, file.size() - offset)];
      if (content.length > 0) {
        folder.read(file.key(), offset, MemorySegment.ofArray(content));
      }
      consumer.accept(
          ModelChunk.newBuilder()
              .setFile(file.key())
              .setContent(UnsafeByteOperations.unsafeWrap(content))
              .build());
      offset += content.length;
    } while (offset < file.size());
  }
}
