package dev.mergefarm.storage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestTest {

  @TempDir private Path directory;
  private LocalObjectStore store;
  private ObjectFolder folder;

  @BeforeEach
  void open() {
    store = new LocalObjectStore(directory);
    folder = new ObjectFolder(store, "models/m/");
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private ObjectInfo info(String name) {
    return folder.list().stream().filter(i -> i.key().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void aDigestTakenWhileStreamingIsThatOfTheWhole() {
    byte[] content = random(1_000_000);
    for (Arena arena : List.of(Arena.ofConfined(), Arena.ofShared())) {
      try (arena;
          DigestingUpload upload = new DigestingUpload(store.upload("key", 1_000_000), "key")) {
        MemorySegment block = arena.allocate(300_000);
        for (int done = 0; done < content.length; done += 300_000) {
          int length = Math.min(300_000, content.length - done);
          MemorySegment.copy(content, done, block, ValueLayout.JAVA_BYTE, 0, length);
          upload.write(block.asSlice(0, length));
          block.fill((byte) 0);
        }
        assertThatThrownBy(upload::result).isInstanceOf(IllegalStateException.class);
        upload.publish();
        assertThat(upload.result()).isEqualTo(new FileDigest("key", 1_000_000, Sha256.of(content)));
      }
      assertThat(store.readAll("key", 1_000_000)).isEqualTo(content);
    }
  }

  @Test
  void aStoredFileIsDigestedBlockByBlock() {
    byte[] content = random(9_000_001);
    store.put("models/m/big", content);

    assertThat(Sha256.of(folder, info("big")))
        .isEqualTo(new FileDigest("big", 9_000_001, Sha256.of(content)));
  }

  @Test
  void theCacheComputesOnceAndAgainWhenTheFileChanges() {
    LocalObjectStore notes = new LocalObjectStore(directory.resolve("notes"));
    DigestCache cache = new DigestCache(notes);
    store.put("models/m/file", random(10));
    FileDigest first = cache.of(folder, info("file"), Optional.empty());
    assertThat(notes.list("digests/")).hasSize(1);

    assertThat(new DigestCache(notes).of(folder, info("file"), Optional.empty())).isEqualTo(first);

    store.put("models/m/file", "other byte".getBytes(StandardCharsets.UTF_8));
    assertThat(cache.of(folder, info("file"), Optional.empty()).sha256())
        .isEqualTo(Sha256.of("other byte".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aNoteThatIsNoNoteIsComputedAnew() {
    DigestCache cache = new DigestCache(store);
    store.put("models/m/file", random(10));
    FileDigest digest = cache.of(folder, info("file"), Optional.empty());
    String note = store.list("digests/").getFirst().key();

    store.put(note, "garbage".getBytes(StandardCharsets.UTF_8));

    assertThat(cache.of(folder, info("file"), Optional.empty())).isEqualTo(digest);
  }

  @Test
  void aManifestBesideTheFileIsBelievedIfTheLengthFits() {
    DigestCache cache = new DigestCache(store);
    store.put("models/m/file", random(10));
    String stated = "0".repeat(64);
    Manifest fits = manifest(new FileDigest("file", 10, stated));
    Manifest differs = manifest(new FileDigest("file", 11, stated));

    assertThat(cache.of(folder, info("file"), Optional.of(fits)).sha256()).isEqualTo(stated);
    assertThat(cache.of(folder, info("file"), Optional.of(differs)).sha256())
        .isEqualTo(Sha256.of(random(10)));
  }

  private static Manifest manifest(FileDigest output) {
    return new Manifest(
        "test",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        List.of(),
        List.of(output));
  }
}
