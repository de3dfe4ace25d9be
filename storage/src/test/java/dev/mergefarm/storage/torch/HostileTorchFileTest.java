package dev.mergefarm.storage.torch;

import static dev.mergefarm.storage.torch.ArchiveSample.ofPickle;
import static dev.mergefarm.storage.torch.ArchiveSample.tensorPickle;
import static dev.mergefarm.storage.torch.ArchiveSample.tuple;
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
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Torch files that want to run code, or are not what they say. */
class HostileTorchFileTest {

  private static final Path SAMPLES = Path.of("src/test/resources/torch").toAbsolutePath();
  private static final String SOUND = tensorPickle(0, tuple(4), tuple(1));

  @TempDir private Path directory;

  static Stream<Arguments> samples() throws IOException {
    return Stream.of(pickles(), archives(), views()).flatMap(samples -> samples);
  }

  private static Stream<Arguments> pickles() {
    return Stream.of(
        unsafe("system call", "cposix\nsystem\n(X\4\0\0\0truetR.", "posix.system"),
        unsafe("evaluation", "cbuiltins\neval\n(X\1\0\0\0" + "1tR.", "builtins.eval"),
        unsafe("getattr", "cbuiltins\ngetattr\n.", "builtins.getattr"),
        unsafe("name from the stack", "\u0080\4\u008c\2os\u008c\6system\u0093.", "os.system"),
        unsafe("a module's own class", "ctorch.nn.modules.linear\nLinear\n.", "Linear"),
        unsafe("newer object", "\u0080\2ccollections\nOrderedDict\n)\u0081.", "0x81"),
        unsafe("instance", "(icollections\nOrderedDict\n.", "0x69"),
        unsafe("object of a class", "(ccollections\nOrderedDict\no.", "0x6f"),
        unsafe("extension code", "\u0080\2\u0082\1.", "0x82"),
        unsafe("textual reference", "Pstorage\n.", "0x50"),
        unsafe("state of an object", "NNb.", "state"),
        unsafe("buffer outside", "\u0080\5\u0097.", "0x97"),
        malformed("text longer than the file", "X\u00ff\u00ff\u00ff\u007fabc.", "2147483647"),
        malformed("text of negative length", "X\u00ff\u00ff\u00ff\u00ffabc.", "4294967295"),
        malformed("number longer than the file", "\u008b\u00ff\u00ff\u00ff\u007f.", "bytes"),
        malformed(
            "text longer than memory",
            "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.",
            "9223372036854775807"),
        malformed("nothing", "", "premature"),
        malformed("no end", "}", "premature"),
        malformed("empty stack", "0.", "does not describe"),
        malformed("name without an end", "c" + "x".repeat(1000), "without an end"),
        malformed("dictionary as key", "}(}K\1u.", "neither text nor number"),
        malformed("key without value", "}(K\1u.", "does not describe"),
        malformed("a number", "K\1.", "not a dictionary"),
        malformed("no tensors", "}(X\1\0\0\0aK\1u.", "holds no tensors"),
        malformed("reference to a file", "(X\4\0\0\0fileX\1\0\0\0atQ.", "no storage"),
        malformed("call of a type", "ctorch\nFloatStorage\n)R.", "does not describe"),
        malformed("tensor of nothing", "ctorch._utils\n_rebuild_tensor_v2\n)R.", "not describe"),
        malformed("dictionary in itself", "}q\0X\1\0\0\0ah\0s.", "holds no tensors"));
  }

  private static Stream<Arguments> archives() throws IOException {
    byte[] sound = ofPickle(SOUND).with("m/data/0", new byte[16]).bytes();
    return Stream.of(
        sample("whole module", file("wholemodule.bin"), ErrorCode.UNSAFE_PICKLE, "pickle asks"),
        sample("call beside tensors", file("evil.bin"), ErrorCode.UNSAFE_PICKLE, "posix.system"),
        sample("older format", file("legacy.bin"), ErrorCode.UNSUPPORTED_FORMAT, "before version"),
        sample(
            "bare pickle",
            "}.".getBytes(StandardCharsets.US_ASCII),
            ErrorCode.MALFORMED_TENSOR_FILE,
            "no torch archive"),
        sample("empty file", new byte[0], ErrorCode.MALFORMED_TENSOR_FILE, "no torch archive"),
        sample(
            "compressed",
            ofPickle(SOUND).with("m/data/0", new byte[16]).compressed().bytes(),
            ErrorCode.UNSUPPORTED_FORMAT,
            "compressed"),
        sample(
            "other byte order",
            ofPickle(SOUND).with("m/byteorder", "big".getBytes(StandardCharsets.US_ASCII)).bytes(),
            ErrorCode.UNSUPPORTED_FORMAT,
            "byte order"),
        sample(
            "two pickles",
            ofPickle(SOUND).with("n/data.pkl", new byte[1]).bytes(),
            ErrorCode.MALFORMED_TENSOR_FILE,
            "found 2"),
        sample(
            "no pickle",
            new ArchiveSample().with("m/data/0", new byte[4]).bytes(),
            ErrorCode.MALFORMED_TENSOR_FILE,
            "found 0"),
        sample(
            "no storage",
            ofPickle(SOUND).bytes(),
            ErrorCode.MALFORMED_TENSOR_FILE,
            "no storage '0'"),
        sample(
            "trailing bytes",
            Arrays.copyOf(sound, sound.length + 1),
            ErrorCode.MALFORMED_TENSOR_FILE,
            "no end record"));
  }

  private static Stream<Arguments> views() {
    String huge = "(\u008a\u0008\0\0\0\0\0\0\0\u0040\u008a\u0008\0\0\0\0\0\0\0\u0040t";
    return Stream.of(
        view("past the end", tensorPickle(0, tuple(5), tuple(1)), "ends at byte 20"),
        view("offset past the end", tensorPickle(1, tuple(4), tuple(1)), "ends at byte 20"),
        view("stride past the end", tensorPickle(0, tuple(2), tuple(4)), "ends at byte 20"),
        view("fewer strides than sizes", tensorPickle(0, tuple(2, 2), tuple(1)), "do not fit"),
        view("negative stride", tensorPickle(3, tuple(4), "(\u008a\1\u00fft"), "do not fit"),
        view("negative size", tensorPickle(0, "(\u008a\1\u00fft", tuple(1)), "impossible"),
        view("size beyond a long", tensorPickle(0, huge, tuple(1, 1)), "impossible"),
        Arguments.of(
            "one element said to be a billion",
            ofPickle(tensorPickle(0, "(J\0\0\0\u0040t", tuple(0)))
                .with("m/data/0", new byte[16])
                .bytes(),
            ErrorCode.UNSUPPORTED_FORMAT,
            "at most 67108864 can be gathered"));
  }

  private static Arguments view(String title, String pickle, String reason) {
    byte[] archive = ofPickle(pickle).with("m/data/0", new byte[16]).bytes();
    return sample(title, archive, ErrorCode.MALFORMED_TENSOR_FILE, reason);
  }

  private static Arguments unsafe(String title, String pickle, String reason) {
    return sample(title, ofPickle(pickle).bytes(), ErrorCode.UNSAFE_PICKLE, reason);
  }

  private static Arguments malformed(String title, String pickle, String reason) {
    return sample(title, ofPickle(pickle).bytes(), ErrorCode.MALFORMED_TENSOR_FILE, reason);
  }

  private static Arguments sample(String title, byte[] content, ErrorCode code, String reason) {
    return Arguments.of(title, content, code, reason);
  }

  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(SAMPLES.resolve(name));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samples")
  void isRefusedWithItsCodeAndReason(String title, byte[] content, ErrorCode code, String reason)
      throws IOException {
    MergefarmException failure = open(content);

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure).hasMessageContaining(reason).hasMessageContaining("pytorch_model.bin");
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    byte[] whole = file("shard1.bin");
    for (int length = 0; length < whole.length; length += 7) {
      assertThat(open(Arrays.copyOf(whole, length)).code())
          .as("cut at %d", length)
          .isEqualTo(ErrorCode.MALFORMED_TENSOR_FILE);
    }
  }

  @Test
  void noChangedByteDoesMoreThanFailWithACode() throws IOException {
    byte[] whole = file("shard1.bin");
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) 0xff;
      Files.write(directory.resolve("pytorch_model.bin"), changed);
      try {
        TorchTensorSource.open(folder()).close();
      } catch (MergefarmException refused) {
        assertThat(refused.code()).as("byte %d", at).isNotEqualTo(ErrorCode.INTERNAL);
      }
    }
  }

  private ObjectFolder folder() {
    return new ObjectFolder(new LocalObjectStore(directory), "");
  }

  private MergefarmException open(byte[] content) throws IOException {
    Files.write(directory.resolve("pytorch_model.bin"), content);
    return catchThrowableOfType(MergefarmException.class, () -> TorchTensorSource.open(folder()));
  }
}
