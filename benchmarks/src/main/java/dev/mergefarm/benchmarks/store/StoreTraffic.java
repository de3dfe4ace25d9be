package dev.mergefarm.benchmarks.store;

import dev.mergefarm.storage.BoundedTasks;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Reading and writing with nothing between. */
final class StoreTraffic {

  private static final int BLOCK = 8 << 20;
  private static final int READS_AT_ONCE = 8;

  private record Range(ObjectInfo file, long offset) {}

  private StoreTraffic() {}

  /** Reads whole files, eight ranges of 8 MiB at a time. */
  static void read(ObjectStore store, List<ObjectInfo> files) {
    List<Range> ranges = new ArrayList<>();
    for (ObjectInfo file : files) {
      for (long offset = 0; offset < file.size(); offset += BLOCK) {
        ranges.add(new Range(file, offset));
      }
    }
    BoundedTasks.map(
        ranges,
        READS_AT_ONCE,
        range -> {
          try (Arena arena = Arena.ofShared()) {
            long length = Math.min(BLOCK, range.file().size() - range.offset());
            store.read(range.file().key(), range.offset(), arena.allocate(length));
            return range;
          }
        });
  }

  /** Writes files of these sizes one after the other, as a merge writes its shards. */
  static void write(ObjectStore store, String folder, List<ObjectInfo> like) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(BLOCK);
      for (ObjectInfo file : like) {
        String key = folder + "/" + file.key();
        try (ObjectUpload upload = store.upload(key, file.size())) {
          for (long done = 0; done < file.size(); done += BLOCK) {
            upload.write(block.asSlice(0, Math.min(BLOCK, file.size() - done)));
          }
          upload.publish();
        }
      }
    }
  }

  /** Copies one file. */
  static void copy(ObjectStore source, ObjectInfo file, ObjectStore target, String key) {
    try (Arena arena = Arena.ofConfined();
        ObjectUpload upload = target.upload(key, file.size())) {
      MemorySegment block = arena.allocate(BLOCK);
      for (long done = 0; done < file.size(); done += BLOCK) {
        MemorySegment part = block.asSlice(0, Math.min(BLOCK, file.size() - done));
        source.read(file.key(), done, part);
        upload.write(part);
      }
      upload.publish();
    }
  }
}
