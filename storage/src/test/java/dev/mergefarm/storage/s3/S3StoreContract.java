package dev.mergefarm.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectStoreContract;
import dev.mergefarm.storage.ObjectUpload;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract of all stores on an S3 server, and what only such a store has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class S3StoreContract extends ObjectStoreContract {

  @TempDir private static Path directory;
  private EmbeddedS3 server;
  private S3Connection connection;
  private ObjectStore store;

  /** How this kind of store sends objects. */
  abstract S3Settings uploads(S3Settings settings);

  @BeforeAll
  void startServer() throws Exception {
    server = new EmbeddedS3(directory);
    connection = new S3Connection(uploads(server.settings()));
  }

  @AfterAll
  void stopServer() throws Exception {
    connection.close();
    server.close();
  }

  @BeforeEach
  void openBucket() {
    store = connection.bucket(server.newBucket());
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void anObjectOfSeveralPartsAndRangesReadsBackTheSame() {
    byte[] content = random(37_000_003);
    try (ObjectUpload upload = store.upload("big", content.length)) {
      for (int done = 0; done < content.length; done += 5_000_000) {
        int length = Math.min(5_000_000, content.length - done);
        upload.write(MemorySegment.ofArray(content).asSlice(done, length));
      }
      ObjectInfo info = upload.publish();
      assertThat(info).isEqualTo(store.find("big").orElseThrow());
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment target = arena.allocate(content.length);
      store.read("big", 0, target);
      assertThat(target.mismatch(MemorySegment.ofArray(content))).isEqualTo(-1);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(20_000_000);
      store.read("big", 17_000_003, target);
      assertThat(target.get(ValueLayout.JAVA_BYTE, 19_999_999))
          .isEqualTo(content[content.length - 1]);
      assertThat(target.mismatch(MemorySegment.ofArray(content).asSlice(17_000_003, 20_000_000)))
          .isEqualTo(-1);
    }
  }

  @Test
  void anUploadOfZeroBytesIsPublished() {
    try (ObjectUpload upload = store.upload("empty", 0)) {
      upload.publish();
    }
    assertThat(store.readAll("empty", 0)).isEmpty();
  }
}
