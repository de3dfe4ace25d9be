package dev.mergefarm.storage.hub;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.hub.HubModel.HubFile;
import dev.mergefarm.storage.manifest.FileDigest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/** One file of a hub on its way into a store, 32 MiB at a time. For one use. */
final class HubFileCopy {

  private static final long BLOCK = 32L << 20;

  private final ObjectStore source;
  private final HubFile file;
  private final Cancellation cancellation;
  private final GitBlob blob;

  /**
   * @param source the hub's repository
   */
  HubFileCopy(ObjectStore source, HubFile file, Cancellation cancellation) {
    this.source = source;
    this.file = file;
    this.cancellation = cancellation;
    this.blob = new GitBlob(file.size());
  }

  /**
   * Writes the whole file, and leaves publishing to the caller.
   *
   * @param listener told the bytes of each block
   */
  void into(ObjectUpload upload, LongConsumer listener) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment buffer = arena.allocate(Math.min(BLOCK, file.size()));
      for (long done = 0; done < file.size(); done += buffer.byteSize()) {
        MemorySegment block = buffer.asSlice(0, Math.min(buffer.byteSize(), file.size() - done));
        read(done, block);
        if (file.sha256().isEmpty()) {
          blob.update(block);
        }
        upload.write(block);
        listener.accept(block.byteSize());
      }
    }
  }

  private void read(long offset, MemorySegment block) {
    CancellableCall.of(
        cancellation,
        () -> {
          source.read(file.path(), offset, block);
          return block;
        });
  }

  /**
   * Compares what was written with what the hub lists.
   *
   * @param refused run before the failure is thrown
   * @throws MergefarmException with {@code MALFORMED_TENSOR_FILE} when the two differ
   */
  void check(FileDigest written, Runnable refused) {
    boolean same =
        file.sha256()
            .map(written.sha256()::equals)
            .or(() -> file.blob().map(blob.finish()::equals))
            .orElse(true);
    if (!same) {
      refused.run();
      throw new MergefarmException(
          ErrorCode.MALFORMED_TENSOR_FILE,
          "'" + file.path() + "' arrived with another digest than the hub lists.");
    }
  }
}
