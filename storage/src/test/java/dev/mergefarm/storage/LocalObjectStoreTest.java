package dev.mergefarm.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.ErrorCode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalObjectStoreTest extends ObjectStoreContract {

  @TempDir private Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() {
    store = new LocalObjectStore(directory.resolve("store"));
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void readingDoesNotMakeTheDirectory() {
    assertThat(store.list("")).isEmpty();
    assertThat(store.find("key")).isEmpty();

    assertThat(directory.resolve("store")).doesNotExist();
  }

  @Test
  void filesPutByHandAreObjects() throws IOException {
    Files.createDirectories(directory.resolve("store/models/a"));
    Files.writeString(directory.resolve("store/models/a/config.json"), "{}");

    assertThat(store.list("models/"))
        .extracting(ObjectInfo::key)
        .containsExactly("models/a/config.json");
  }

  @Test
  void linksIntoACacheAreFollowedAndLoopsAreLeftOut() throws IOException {
    Path blob = Files.writeString(directory.resolve("blob"), "weights");
    Path folder = Files.createDirectories(directory.resolve("store/m"));
    Files.createSymbolicLink(folder.resolve("model.safetensors"), blob);
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    Files.createSymbolicLink(folder.resolve("broken"), directory.resolve("nowhere"));

    assertThat(store.list("m/")).extracting(ObjectInfo::key).containsExactly("m/model.safetensors");
    assertThat(store.readAll("m/model.safetensors", 10)).isEqualTo(text("weights"));
  }

  @Test
  void publishingLeavesNoTemporaryFile() throws IOException {
    store.put("m/a", text("x"));
    store.putIfAbsent("m/b", text("y"));

    try (Stream<Path> files = Files.list(directory.resolve("store/m"))) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("a", "b");
    }
  }

  @Test
  void aTemporaryFileIsNeverListed() {
    try (ObjectUpload upload = store.upload("m/a", 1)) {
      upload.write(MemorySegment.ofArray(text("x")));
      assertThat(directory.resolve("store/m")).isNotEmptyDirectory();
      assertThat(store.list("m/")).isEmpty();
    }
    assertThat(directory.resolve("store/m")).isEmptyDirectory();
  }

  @Test
  void aStoreBelowAFileCannotBeWritten() throws IOException {
    Files.writeString(directory.resolve("store"), "a file");

    assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.put("key", text("x")));
  }

  @Test
  void anInterruptedReaderIsCancelledAndOthersReadOn() {
    store.put("key", random(100));
    Thread.currentThread().interrupt();

    assertCode(
        ErrorCode.CANCELLED, () -> store.read("key", 0, MemorySegment.ofArray(new byte[100])));
    assertThat(Thread.interrupted()).isTrue();

    assertThat(store.readAll("key", 100)).isEqualTo(random(100));
  }

  @Test
  void anUploadThatReachesTheDiskWhileItIsWrittenReadsBackTheSame() {
    byte[] block = random(1 << 20);
    int blocks = 130;
    try (ObjectUpload upload = store.upload("key", (long) blocks * block.length)) {
      for (int i = 0; i < blocks; i++) {
        upload.write(MemorySegment.ofArray(block));
      }
      upload.publish();
    }

    assertThat(store.find("key").orElseThrow().size()).isEqualTo((long) blocks * block.length);
    byte[] last = new byte[block.length];
    store.read("key", (blocks - 1L) * block.length, MemorySegment.ofArray(last));
    assertThat(last).isEqualTo(block);
  }

  @Test
  void unsynchronisedWritesReadBackTheSame() {
    LocalObjectStore fast =
        new LocalObjectStore(directory.resolve("store"), LocalObjectStore.Durability.PAGE_CACHE);
    fast.put("key", random(2_000_000));

    assertThat(store.readAll("key", 2_000_000)).isEqualTo(random(2_000_000));
  }

  @Test
  void aFileLeftByACrashIsRemovedWithItsFolder() {
    ObjectUpload crashed = store.upload("m/a/big", 10);
    crashed.write(MemorySegment.ofArray(random(5)));

    store.removeUnfinishedUploads("m/");

    assertThat(directory.resolve("store")).isEmptyDirectory();
    assertCode(
        ErrorCode.OBJECT_NOT_FOUND,
        () -> {
          crashed.write(MemorySegment.ofArray(random(5)));
          crashed.publish();
        });
  }
}
