package dev.mergefarm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store does alike; each implementation runs all of it. */
public abstract class ObjectStoreContract {

  /** A store that is empty at the start of each test. */
  protected abstract ObjectStore store();

  protected static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  protected static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  protected static void assertCode(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            MergefarmException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  @Test
  void anObjectReadsBackAsWritten() {
    store().put("models/a/config.json", text("{}"));

    assertThat(store().readAll("models/a/config.json", 100)).isEqualTo(text("{}"));
    assertThat(store().find("models/a/config.json"))
        .hasValueSatisfying(
            info -> {
              assertThat(info.key()).isEqualTo("models/a/config.json");
              assertThat(info.size()).isEqualTo(2);
              assertThat(info.entityTag()).isNotBlank();
            });
  }

  @Test
  void anEmptyObjectIsAnObject() {
    store().put("empty", new byte[0]);

    assertThat(store().find("empty")).hasValueSatisfying(i -> assertThat(i.size()).isZero());
    assertThat(store().readAll("empty", 0)).isEmpty();
    store().read("empty", 0, MemorySegment.ofArray(new byte[0]));
  }

  @Test
  void putReplacesTheOlderObjectAndItsTag() {
    store().put("key", text("first"));
    String before = store().find("key").orElseThrow().entityTag();

    store().put("key", text("other"));

    assertThat(store().readAll("key", 100)).isEqualTo(text("other"));
    assertThat(store().find("key").orElseThrow().entityTag()).isNotEqualTo(before);
  }

  @Test
  void keysOutsideAsciiAndWithSignsAreKept() {
    String key = "w/ä b+c(1)=x&y%20#?~模型.bin";
    store().put(key, text("x"));

    assertThat(store().list("w/")).extracting(ObjectInfo::key).containsExactly(key);
    assertThat(store().readAll(key, 10)).isEqualTo(text("x"));
  }

  @Test
  void aKeyThatIsNotThereIsFoundAbsent() {
    store().put("folder/file", text("x"));

    assertThat(store().find("other")).isEmpty();
    assertThat(store().find("folder")).isEmpty();
    assertThat(store().find("folder/file/below")).isEmpty();
    assertCode(ErrorCode.OBJECT_NOT_FOUND, () -> store().readAll("other", 10));
    assertCode(
        ErrorCode.OBJECT_NOT_FOUND,
        () -> store().read("other", 0, MemorySegment.ofArray(new byte[1])));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a/./b",
        "a//b",
        "a/",
        ".",
        "..",
        "a\\b",
        "a\u0000b",
        "a\nb",
        ".mergefarm-upload-1",
        "\ud800"
      })
  void keysThatCouldLeadAstrayAreRefused(String key) {
    assertCode(ErrorCode.INVALID_VALUE, () -> store().find(key));
    assertCode(ErrorCode.INVALID_VALUE, () -> store().readAll(key, 1));
    assertCode(
        ErrorCode.INVALID_VALUE, () -> store().read(key, 0, MemorySegment.ofArray(new byte[1])));
    assertCode(ErrorCode.INVALID_VALUE, () -> store().put(key, new byte[1]));
    assertCode(ErrorCode.INVALID_VALUE, () -> store().putIfAbsent(key, new byte[1]));
    assertCode(ErrorCode.INVALID_VALUE, () -> store().upload(key, 1));
    assertCode(ErrorCode.INVALID_VALUE, () -> store().delete(key));
  }

  @Test
  void keysAndPartsHaveALargestLength() {
    assertCode(ErrorCode.INVALID_VALUE, () -> store().find("x".repeat(256)));
    assertCode(ErrorCode.INVALID_VALUE, () -> store().find("parts/".repeat(200) + "x"));
    assertThat(store().find("x".repeat(255))).isEmpty();
  }

  @Test
  void listingIsByPrefixInKeyOrder() {
    for (String key : List.of("m/b/2", "m/b/10", "m/b-1", "m/a", "n/z", "m/ä", "m/b/c/d")) {
      store().put(key, text(key));
    }

    assertThat(store().list("m/"))
        .extracting(ObjectInfo::key)
        .containsExactly("m/a", "m/b-1", "m/b/10", "m/b/2", "m/b/c/d", "m/ä");
    assertThat(store().list("m/b"))
        .extracting(ObjectInfo::key)
        .containsExactly("m/b-1", "m/b/10", "m/b/2", "m/b/c/d");
    assertThat(store().list("m/b/"))
        .extracting(ObjectInfo::key)
        .containsExactly("m/b/10", "m/b/2", "m/b/c/d");
    assertThat(store().list("")).hasSize(7);
    assertThat(store().list("absent/")).isEmpty();
    assertThat(store().list("m/").getFirst().size()).isEqualTo(3);
    assertCode(ErrorCode.INVALID_VALUE, () -> store().list("../"));
    assertCode(ErrorCode.INVALID_VALUE, () -> store().list("/"));
  }

  @Test
  void listingAndFindingAgreeOnTheTag() {
    store().put("m/a", text("a"));

    assertThat(store().list("m/")).containsExactly(store().find("m/a").orElseThrow());
  }

  @Test
  void aRangeFillsTheWholeTarget() {
    byte[] content = random(100_000);
    store().put("big", content);

    byte[] middle = new byte[5000];
    store().read("big", 12_345, MemorySegment.ofArray(middle));

    assertThat(middle).isEqualTo(java.util.Arrays.copyOfRange(content, 12_345, 17_345));
  }

  @Test
  void targetsMayBeNativeAndOfAnyHeapType() {
    byte[] content = random(8000);
    store().put("big", content);
    long[] heap = new long[1000];

    store().read("big", 0, MemorySegment.ofArray(heap));
    assertThat(MemorySegment.ofArray(heap).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(8000);
      store().read("big", 0, target);
      assertThat(target.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
    }
  }

  @Test
  void aRangePastTheEndIsRefused() {
    store().put("key", random(100));

    assertCode(
        ErrorCode.RANGE_NOT_IN_OBJECT,
        () -> store().read("key", 90, MemorySegment.ofArray(new byte[11])));
    assertCode(
        ErrorCode.RANGE_NOT_IN_OBJECT,
        () -> store().read("key", 1000, MemorySegment.ofArray(new byte[1])));
  }

  @Test
  void anObjectAboveTheLimitIsRefusedUnread() {
    store().put("key", random(100));

    assertCode(ErrorCode.OBJECT_TOO_LARGE, () -> store().readAll("key", 99));
    assertThat(store().readAll("key", 100)).hasSize(100);
  }

  @Test
  void anUploadIsInvisibleUntilPublished() {
    byte[] content = random(3_000_000);
    try (Arena arena = Arena.ofConfined();
        ObjectUpload upload = store().upload("up/load", content.length)) {
      MemorySegment block = arena.allocate(1_000_000);
      for (int i = 0; i < 3; i++) {
        MemorySegment.copy(content, i * 1_000_000, block, ValueLayout.JAVA_BYTE, 0, 1_000_000);
        upload.write(block);
      }
      assertThat(store().find("up/load")).isEmpty();
      assertThat(store().list("up/")).isEmpty();

      ObjectInfo info = upload.publish();

      assertThat(info).isEqualTo(store().find("up/load").orElseThrow());
    }
    assertThat(store().readAll("up/load", content.length)).isEqualTo(content);
  }

  @Test
  void anUploadReplacesTheOlderObjectOnlyWhenPublished() {
    store().put("key", text("old"));
    try (ObjectUpload upload = store().upload("key", 3)) {
      upload.write(MemorySegment.ofArray(text("new")));
      assertThat(store().readAll("key", 10)).isEqualTo(text("old"));
      upload.publish();
    }
    assertThat(store().readAll("key", 10)).isEqualTo(text("new"));
  }

  @Test
  void anAbandonedUploadLeavesNothing() {
    try (ObjectUpload upload = store().upload("up/load", 10)) {
      upload.write(MemorySegment.ofArray(random(5)));
    }

    assertThat(store().list("")).isEmpty();
  }

  @Test
  void anUploadOfTheWrongLengthIsNotPublished() {
    try (ObjectUpload upload = store().upload("short", 10)) {
      upload.write(MemorySegment.ofArray(random(9)));
      assertCode(ErrorCode.INTERNAL, upload::publish);
    }
    try (ObjectUpload upload = store().upload("long", 10)) {
      assertCode(ErrorCode.INTERNAL, () -> upload.write(MemorySegment.ofArray(random(11))));
    }
    assertThat(store().list("")).isEmpty();
  }

  @Test
  void putIfAbsentKeepsTheFirst() {
    assertThat(store().putIfAbsent("claim", text("one"))).isTrue();
    assertThat(store().putIfAbsent("claim", text("two"))).isFalse();

    assertThat(store().readAll("claim", 10)).isEqualTo(text("one"));
  }

  @Test
  void ofManyWritersOfAnAbsentKeyExactlyOneWins() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> writers =
          java.util.stream.IntStream.range(0, 12)
              .<Callable<Boolean>>mapToObj(
                  i -> () -> store().putIfAbsent("claim", text("writer " + i)))
              .toList();
      int winners = 0;
      for (Future<Boolean> outcome : executor.invokeAll(writers)) {
        winners += outcome.get() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
    }
  }

  @Test
  void aDeletedObjectIsGoneAndDeletingAgainIsNoError() {
    store().put("m/a/b", text("x"));
    store().put("m/c", text("y"));

    store().delete("m/a/b");
    store().delete("m/a/b");
    store().delete("m");

    assertThat(store().find("m/a/b")).isEmpty();
    assertThat(store().list("")).extracting(ObjectInfo::key).containsExactly("m/c");
  }

  @Test
  void aKeyMayBecomeAFolderOnceItIsDeleted() {
    store().put("a/b", text("x"));
    store().delete("a/b");

    store().put("a", text("y"));

    assertThat(store().readAll("a", 10)).isEqualTo(text("y"));
  }

  @Test
  void whatACrashLeftOfUploadsCanBeRemoved() {
    store().put("m/kept", text("x"));
    ObjectUpload crashed = store().upload("m/a/big", 20_000_000);
    crashed.write(MemorySegment.ofArray(random(17_000_000)));

    store().removeUnfinishedUploads("m/");
    store().removeUnfinishedUploads("absent/");

    assertThat(store().list("")).extracting(ObjectInfo::key).containsExactly("m/kept");
    crashed.close();
    assertThat(store().list("")).extracting(ObjectInfo::key).containsExactly("m/kept");
  }
}
