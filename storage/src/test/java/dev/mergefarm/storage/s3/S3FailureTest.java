package dev.mergefarm.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.FakeTime;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.s3.DroppingProxy.Direction;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A store that is down, refuses, or loses its connections. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3FailureTest {

  @TempDir private static Path directory;
  private EmbeddedS3 server;
  private String bucket;
  private FakeTime time;

  @BeforeAll
  void startServer() throws Exception {
    server = new EmbeddedS3(directory);
  }

  @AfterAll
  void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void makeBucket() {
    bucket = server.newBucket();
    time = new FakeTime();
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private S3Connection connection(int port, UnaryOperator<S3Settings> change) {
    S3Settings settings =
        EmbeddedS3.settings(port).withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(20));
    return new S3Connection(change.apply(settings), time, InstantSource.system(), new Random(1));
  }

  private void put(String key, byte[] content) {
    try (S3Connection direct = connection(server.port(), UnaryOperator.identity())) {
      direct.bucket(bucket).put(key, content);
    }
  }

  private byte[] get(String key) {
    try (S3Connection direct = connection(server.port(), UnaryOperator.identity())) {
      return direct.bucket(bucket).readAll(key, 100_000_000);
    }
  }

  private static ErrorCode codeOf(ThrowingCallable action) {
    return catchThrowableOfType(MergefarmException.class, action).code();
  }

  @Test
  void aReadGoesOnWhereItsConnectionBroke() throws Exception {
    byte[] content = random(3_000_000);
    put("key", content);
    try (DroppingProxy proxy = new DroppingProxy(server.port(), Direction.TO_CLIENT, 1_000_000, 2);
        S3Connection connection = connection(proxy.port(), UnaryOperator.identity())) {
      byte[] read = new byte[content.length];

      connection.bucket(bucket).read("key", 0, MemorySegment.ofArray(read));

      assertThat(read).isEqualTo(content);
      assertThat(proxy.cutsLeft()).isZero();
      assertThat(time.pauses()).isNotEmpty();
    }
  }

  @Test
  void aSmallObjectIsSentAgain() throws Exception {
    byte[] content = random(3_000_000);
    try (DroppingProxy proxy = new DroppingProxy(server.port(), Direction.TO_SERVER, 1_000_000, 2);
        S3Connection connection = connection(proxy.port(), UnaryOperator.identity())) {
      connection.bucket(bucket).put("key", content);

      assertThat(proxy.cutsLeft()).isZero();
      assertThat(get("key")).isEqualTo(content);
    }
  }

  @Test
  void aPartIsSentAgain() throws Exception {
    byte[] content = random(20_000_000);
    try (DroppingProxy proxy = new DroppingProxy(server.port(), Direction.TO_SERVER, 1_000_000, 2);
        S3Connection connection = connection(proxy.port(), s -> s.withUploads(0, 0));
        ObjectUpload upload = connection.bucket(bucket).upload("key", content.length)) {
      upload.write(MemorySegment.ofArray(content));
      upload.publish();

      assertThat(proxy.cutsLeft()).isZero();
      assertThat(get("key")).isEqualTo(content);
    }
  }

  @Test
  void aStreamThatBreaksFailsAndLeavesNothing() throws Exception {
    byte[] content = random(20_000_000);
    try (DroppingProxy proxy = new DroppingProxy(server.port(), Direction.TO_SERVER, 1_000_000, 1);
        S3Connection connection =
            connection(proxy.port(), s -> s.withUploads(0, S3Settings.LARGEST_STREAM))) {
      ObjectStore store = connection.bucket(bucket);

      assertThat(
              codeOf(
                  () -> {
                    try (ObjectUpload upload = store.upload("key", content.length)) {
                      upload.write(MemorySegment.ofArray(content));
                      upload.publish();
                    }
                  }))
          .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(store.find("key")).isEmpty();
    }
  }

  @Test
  void aStreamWaitsForAServerThatCutsItBeforeTheFirstByte() throws Exception {
    byte[] content = random(3_000_000);
    try (DroppingProxy proxy = new DroppingProxy(server.port(), Direction.TO_SERVER, 0, 3);
        S3Connection connection =
            connection(proxy.port(), s -> s.withUploads(0, S3Settings.LARGEST_STREAM));
        ObjectUpload upload = connection.bucket(bucket).upload("key", content.length)) {
      upload.write(MemorySegment.ofArray(content));
      upload.publish();

      assertThat(proxy.cutsLeft()).isZero();
      assertThat(get("key")).isEqualTo(content);
    }
  }

  @Test
  void aClaimWhoseAnswerIsLostIsStillOurs() throws Exception {
    try (DroppingProxy proxy = new DroppingProxy(server.port(), Direction.TO_CLIENT, 0, 1);
        S3Connection connection = connection(proxy.port(), UnaryOperator.identity())) {
      assertThat(connection.bucket(bucket).putIfAbsent("claim", random(10))).isTrue();

      assertThat(proxy.cutsLeft()).isZero();
      assertThat(get("claim")).isEqualTo(random(10));
      assertThat(connection.bucket(bucket).putIfAbsent("claim", random(10))).isFalse();
    }
  }

  @Test
  void aStoreThatIsDownIsUnavailableOnceTheDeadlineHasPassed() throws Exception {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    try (S3Connection connection =
        connection(port, s -> s.withUploads(0, S3Settings.LARGEST_STREAM))) {
      ObjectStore store = connection.bucket(bucket);

      assertThat(codeOf(() -> store.find("key"))).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(Duration.ofNanos(time.nanoTime())).isGreaterThan(Duration.ofSeconds(50));
      assertThat(codeOf(() -> store.list(""))).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(codeOf(() -> store.put("key", random(1)))).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(codeOf(() -> store.putIfAbsent("key", random(1))))
          .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(
              codeOf(
                  () -> {
                    try (ObjectUpload upload = store.upload("key", 10_000_000)) {
                      upload.write(MemorySegment.ofArray(random(10_000_000)));
                      upload.publish();
                    }
                  }))
          .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    }
  }

  @Test
  void wrongCredentialsAreRefusedAtOnce() throws Exception {
    URI endpoint = URI.create("http://127.0.0.1:" + server.port());
    S3Settings wrong =
        S3Settings.of(endpoint, EmbeddedS3.KEY, "wrong").withUploads(0, S3Settings.LARGEST_STREAM);
    try (S3Connection connection =
        new S3Connection(wrong, time, InstantSource.system(), new Random(1))) {
      ObjectStore store = connection.bucket(bucket);

      assertThat(codeOf(() -> store.find("key"))).isEqualTo(ErrorCode.STORE_DENIED);
      assertThat(codeOf(() -> store.put("key", random(1)))).isEqualTo(ErrorCode.STORE_DENIED);
      assertThat(
              codeOf(
                  () -> {
                    try (ObjectUpload upload = store.upload("key", 10_000_000)) {
                      upload.write(MemorySegment.ofArray(random(10_000_000)));
                      upload.publish();
                    }
                  }))
          .isEqualTo(ErrorCode.STORE_DENIED);
      assertThat(time.pauses()).isEmpty();
    }
  }

  @Test
  void aBucketThatIsNotThereHoldsNothingAndTakesNothing() {
    try (S3Connection connection = connection(server.port(), UnaryOperator.identity())) {
      ObjectStore store = connection.bucket("no-such-bucket");

      assertThat(store.find("key")).isEmpty();
      assertThat(codeOf(() -> store.readAll("key", 10))).isEqualTo(ErrorCode.OBJECT_NOT_FOUND);
      assertThat(codeOf(() -> store.list(""))).isEqualTo(ErrorCode.OBJECT_NOT_FOUND);
      assertThat(codeOf(() -> store.put("key", random(1)))).isEqualTo(ErrorCode.OBJECT_NOT_FOUND);
    }
  }

  @Test
  void anInterruptedRequestIsCancelled() {
    put("key", random(100));
    try (S3Connection connection = connection(server.port(), UnaryOperator.identity())) {
      Thread.currentThread().interrupt();

      assertThat(codeOf(() -> connection.bucket(bucket).readAll("key", 100)))
          .isEqualTo(ErrorCode.CANCELLED);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(connection.bucket(bucket).readAll("key", 100)).isEqualTo(random(100));
    }
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        S3Connection connection =
            connection(
                silent.getLocalPort(),
                s ->
                    s.withTimeouts(Duration.ofMillis(500), Duration.ofMillis(50))
                        .withRetries(
                            new Retries.Policy(
                                Duration.ofSeconds(1),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(1))))) {
      ObjectStore store = connection.bucket(bucket);

      assertThat(codeOf(() -> store.find("key"))).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(codeOf(() -> store.put("key", random(1)))).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    }
  }
}
