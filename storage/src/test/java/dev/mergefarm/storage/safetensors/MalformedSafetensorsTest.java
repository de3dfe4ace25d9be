package dev.mergefarm.storage.safetensors;

import static dev.mergefarm.storage.safetensors.HeaderSample.file;
import static dev.mergefarm.storage.safetensors.HeaderSample.fileStating;
import static dev.mergefarm.storage.safetensors.HeaderSample.header;
import static dev.mergefarm.storage.safetensors.HeaderSample.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are not what they say; each must be refused with its code and its reason. */
class MalformedSafetensorsTest {

  private static final String SOUND = tensor("a", "F32", "[2]", "[0,8]");

  @TempDir private Path directory;

  static Stream<Arguments> samples() {
    return Stream.of(lengths(), texts(), entries(), layouts()).flatMap(samples -> samples);
  }

  private static Stream<Arguments> lengths() {
    byte[] sound = header(SOUND).getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        malformed("empty file", new byte[0], "fewer than the 8"),
        malformed("seven bytes", new byte[7], "fewer than the 8"),
        malformed("header of length zero", fileStating(0, new byte[0], 0), "not a JSON object"),
        malformed(
            "length past the end", fileStating(sound.length + 9, sound, 8), "after the length"),
        malformed("length above the cap", fileStating(100_000_001L, sound, 8), "at most 100000000"),
        malformed("negative length", fileStating(-1, sound, 8), "18446744073709551615"),
        malformed("length of 2^63", fileStating(Long.MIN_VALUE, sound, 8), "9223372036854775808"),
        malformed("length one short", fileStating(sound.length - 1, sound, 8), "not valid JSON"),
        malformed("big-endian length", bigEndian(sound), "at most 100000000"));
  }

  private static Stream<Arguments> texts() {
    return Stream.of(
        malformed("an array", file("[1,2]", 0), "not a JSON object"),
        malformed("a text", file("\"abc\"", 0), "not a JSON object"),
        malformed("leading space", file(" " + header(SOUND), 8), "not a JSON object"),
        malformed("cut off", file("{\"a\":{\"dtype\":\"F32\"", 0), "not valid JSON"),
        malformed("two values", file(header(SOUND) + header(), 8), "more than one JSON value"),
        malformed("trailing zero bytes", file(header(SOUND) + "\0\0", 8), "not valid JSON"),
        malformed("not UTF-8", file(new byte[] {'{', '"', (byte) 0xff, '"', '}'}, 0), "not valid"),
        malformed("UTF-16", file("{}".getBytes(StandardCharsets.UTF_16LE), 0), "not a JSON object"),
        malformed("deep nesting", file("{\"a\":" + "[".repeat(1000), 0), "not valid JSON"),
        malformed("NaN", file(header("\"a\":NaN"), 0), "not valid JSON"),
        malformed("a comment", file("{/* */}", 0), "not valid JSON"),
        malformed("single quotes", file("{'a':1}", 0), "not valid JSON"));
  }

  private static Stream<Arguments> entries() {
    return Stream.of(
        malformed("tensor twice", file(header(SOUND, SOUND), 8), "this key twice"),
        malformed("metadata twice", file(header(metadata("{}"), metadata("{}")), 0), "twice"),
        malformed("metadata a list", file(header(metadata("[]")), 0), "object of texts"),
        malformed("metadata number", file(header(metadata("{\"k\":1}")), 0), "must be a text"),
        malformed(
            "metadata key twice",
            file(header(metadata("{\"k\":\"a\",\"k\":\"b\"}")), 0),
            "'k' is there twice"),
        malformed("entry a number", file(header("\"a\":1"), 0), "must be an object"),
        malformed("entry a list", file(header("\"a\":[{}]"), 0), "must be an object"),
        malformed(
            "no dtype",
            file(header("\"a\":{\"shape\":[],\"data_offsets\":[0,4]}"), 4),
            "'dtype' is missing"),
        malformed(
            "no shape",
            file(header("\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}"), 4),
            "'shape' is missing"),
        malformed(
            "no offsets",
            file(header("\"a\":{\"dtype\":\"F32\",\"shape\":[]}"), 4),
            "'data_offsets' is missing"),
        malformed(
            "dtype a number",
            file(header("\"a\":{\"dtype\":1,\"shape\":[],\"data_offsets\":[0,4]}"), 4),
            "must be a text"),
        malformed(
            "dtype null",
            file(header("\"a\":{\"dtype\":null,\"shape\":[],\"data_offsets\":[0,4]}"), 4),
            "must be a text"),
        malformed(
            "dtype key twice",
            file(
                header(
                    "\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}"),
                4),
            "'dtype' is there twice"),
        malformed(
            "unknown key",
            file(
                header(
                    "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4],\"stride\":[1]}"),
                4),
            "'stride' is not part"),
        malformed(
            "empty name",
            file(header(tensor("", "F32", "[]", "[0,4]")), 4),
            "1 to 1024 characters"),
        malformed(
            "long name",
            file(header(tensor("n".repeat(1025), "F32", "[]", "[0,4]")), 4),
            "1 to 1024 characters"),
        malformed(
            "control character in name",
            file(header(tensor("a\\u0000b", "F32", "[]", "[0,4]")), 4),
            "control characters"),
        malformed(
            "shape a number",
            file(header(tensor("a", "F32", "2", "[0,8]")), 8),
            "shape must be a list"),
        malformed(
            "shape negative",
            file(header(tensor("a", "F32", "[-2]", "[0,8]")), 8),
            "whole numbers from 0"),
        malformed(
            "shape fractional",
            file(header(tensor("a", "F32", "[2.0]", "[0,8]")), 8),
            "whole numbers from 0"),
        malformed(
            "shape beyond a long",
            file(header(tensor("a", "F32", "[9223372036854775808]", "[0,8]")), 8),
            "whole numbers from 0"),
        malformed(
            "shape nested",
            file(header(tensor("a", "F32", "[[2]]", "[0,8]")), 8),
            "whole numbers from 0"),
        malformed(
            "rank 65",
            file(header(tensor("a", "F32", "[1" + ",1".repeat(64) + "]", "[0,4]")), 4),
            "at most 64"),
        malformed("one offset", file(header(tensor("a", "F32", "[2]", "[8]")), 8), "found 1"),
        malformed(
            "three offsets", file(header(tensor("a", "F32", "[2]", "[0,8,8]")), 8), "at most 2"),
        malformed(
            "negative offset",
            file(header(tensor("a", "F32", "[2]", "[-8,0]")), 8),
            "whole numbers from 0"));
  }

  private static Stream<Arguments> layouts() {
    return Stream.of(
        malformed(
            "reversed offsets",
            file(header(tensor("a", "F32", "[2]", "[8,0]")), 8),
            "do not lie within"),
        malformed(
            "past the end",
            file(header(tensor("a", "F32", "[3]", "[0,12]")), 8),
            "do not lie within"),
        malformed(
            "far past the end",
            file(header(tensor("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]")), 8),
            "do not lie within"),
        malformed(
            "shape too small",
            file(header(tensor("a", "F32", "[1]", "[0,8]")), 8),
            "takes 4 bytes"),
        malformed(
            "shape too large",
            file(header(tensor("a", "F32", "[3]", "[0,8]")), 8),
            "takes 12 bytes"),
        malformed(
            "product overflows",
            file(header(tensor("a", "F32", "[4294967296,4294967296,4]", "[0,8]")), 8),
            "no length"),
        malformed(
            "product wraps to the right value",
            file(header(tensor("a", "F32", "[4611686018427387906]", "[0,8]")), 8),
            "no length"),
        malformed(
            "overflow beside a zero",
            file(header(tensor("a", "F32", "[4294967296,4294967296,0]", "[0,0]")), 0),
            "no length"),
        malformed(
            "packed elements end within a byte",
            file(header(tensor("a", "F4", "[3]", "[0,2]")), 2),
            "no length in whole bytes"),
        malformed(
            "overlap", file(header(SOUND, tensor("b", "F32", "[2]", "[4,12]")), 12), "overlaps"),
        malformed(
            "same range twice",
            file(header(SOUND, tensor("b", "F32", "[2]", "[0,8]")), 8),
            "overlaps"),
        malformed(
            "one within another",
            file(
                header(tensor("a", "F32", "[4]", "[0,16]"), tensor("b", "F32", "[1]", "[4,8]")),
                16),
            "overlaps"),
        malformed("gap", file(header(SOUND, tensor("b", "F32", "[2]", "[12,20]")), 20), "gap"),
        malformed("gap at the start", file(header(tensor("a", "F32", "[2]", "[4,12]")), 12), "gap"),
        malformed("trailing bytes", file(header(SOUND), 9), "1 bytes follow"),
        malformed("data without tensors", file("{}", 8), "8 bytes follow"),
        malformed("truncated data", file(header(SOUND), 7), "do not lie within"),
        sample(
            "unknown dtype",
            file(header(tensor("a", "F12", "[2]", "[0,8]")), 8),
            ErrorCode.UNSUPPORTED_DTYPE,
            "'F12' is not known"),
        sample(
            "lower-case dtype",
            file(header(tensor("a", "f32", "[2]", "[0,8]")), 8),
            ErrorCode.UNSUPPORTED_DTYPE,
            "'f32' is not known"));
  }

  private static String metadata(String value) {
    return "\"__metadata__\":" + value;
  }

  private static byte[] bigEndian(byte[] header) {
    return fileStating(Long.reverseBytes(header.length), header, 8);
  }

  private static Arguments malformed(String title, byte[] content, String reason) {
    return sample(title, content, ErrorCode.MALFORMED_TENSOR_FILE, reason);
  }

  private static Arguments sample(String title, byte[] content, ErrorCode code, String reason) {
    return Arguments.of(title, content, code, reason);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samples")
  void isRefusedWithItsCodeAndReason(String title, byte[] content, ErrorCode code, String reason)
      throws IOException {
    Files.write(directory.resolve("model.safetensors"), content);

    MergefarmException failure = open();

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure).hasMessageContaining(reason).hasMessageContaining("model.safetensors");
  }

  @Test
  void everyFaultOfAFileIsReportedAtOnce() throws IOException {
    byte[] content =
        file(
            header(
                tensor("wrong-type", "F12", "[2]", "[0,8]"),
                tensor("wrong-length", "F32", "[3]", "[8,16]"),
                tensor("gap", "F32", "[2]", "[20,28]")),
            30);
    Files.write(directory.resolve("model.safetensors"), content);

    assertThat(open().problems())
        .extracting(problem -> problem.path() + "|" + problem.code())
        .containsExactly(
            "model.safetensors: wrong-type|UNSUPPORTED_DTYPE",
            "model.safetensors: wrong-length|MALFORMED_TENSOR_FILE",
            "model.safetensors: gap|MALFORMED_TENSOR_FILE",
            "model.safetensors|MALFORMED_TENSOR_FILE");
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    byte[] whole = file(header(SOUND, tensor("b", "BF16", "[3]", "[8,14]")), 14);
    for (int length = 0; length < whole.length; length++) {
      Files.write(directory.resolve("model.safetensors"), java.util.Arrays.copyOf(whole, length));

      assertThat(open().code()).as("cut at %d", length).isEqualTo(ErrorCode.MALFORMED_TENSOR_FILE);
    }
  }

  private MergefarmException open() {
    ObjectFolder folder = new ObjectFolder(new LocalObjectStore(directory), "");
    return catchThrowableOfType(
        MergefarmException.class, () -> SafetensorsTensorSource.open(folder));
  }
}
