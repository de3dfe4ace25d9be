package dev.mergefarm.gateway.models;

import com.google.protobuf.UnsafeByteOperations;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.proto.v1.ModelChunk;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.storage.ObjectFolder;
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
    for (ModelFile file : ModelDescriptions.files(folder)) {
      long offset = 0;
      do {
        byte[] content = new byte[(int) Math.min(Limits.CHUNK_BYTES, file.getBytes() - offset)];
        if (content.length > 0) {
          folder.read(file.getName(), offset, MemorySegment.ofArray(content));
        }
        consumer.accept(
            ModelChunk.newBuilder()
                .setFile(file.getName())
                .setContent(UnsafeByteOperations.unsafeWrap(content))
                .build());
        offset += content.length;
      } while (offset < file.getBytes());
    }
  }
}
