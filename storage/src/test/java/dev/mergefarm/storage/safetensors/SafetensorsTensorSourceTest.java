package dev.mergefarm.storage.safetensors;

import static dev.mergefarm.storage.safetensors.HeaderSample.file;
import static dev.mergefarm.storage.safetensors.HeaderSample.header;
import static dev.mergefarm.storage.safetensors.HeaderSample.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTensorSourceTest {

  private static final ObjectFolder REFERENCE =
      new ObjectFolder(
          new LocalObjectStore(Path.of("src/test/resources").toAbsolutePath()), "sharded-output/");

  @TempDir private Path directory;

  private ObjectFolder folder() {
    return new ObjectFolder(new LocalObjectStore(directory), "");
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(directory.resolve(name), content);
  }

  private void writeIndex(String... entries) throws IOException {
    Files.writeString(
        directory.resolve("model.safetensors.index.json"),
        "{\"metadata\":{\"total_size\":16},\"weight_map\":{" + String.join(",", entries) + "}}");
  }

  @Test
  void aShardedModelOfTheReferenceProgramIsReadWhole() {
    try (SafetensorsTensorSource source = SafetensorsTensorSource.open(REFERENCE)) {
      assertThat(source.tensors()).hasSize(57);
      assertThat(source.warnings()).isEmpty();
      TensorInfo norm = source.find("model.norm.weight").orElseThrow();
      assertThat(norm.dataType()).isEqualTo(DataType.F32);
      assertThat(norm.shape()).isEqualTo(Shape.of(32));
      assertThat(norm.file()).isEqualTo("model-00004-of-00004.safetensors");

      float[] values = new float[32];
      source.read(norm, 0, MemorySegment.ofArray(values));
      assertThat(values).doesNotContain(0f).doesNotContain(Float.NaN);
      float[] tail = new float[2];
      source.read(norm, 120, MemorySegment.ofArray(tail));
      assertThat(tail).containsExactly(values[30], values[31]);
    }
  }

  @Test
  void aReadOutsideTheTensorIsRefused() {
    try (SafetensorsTensorSource source = SafetensorsTensorSource.open(REFERENCE)) {
      TensorInfo norm = source.find("model.norm.weight").orElseThrow();

      assertThatThrownBy(() -> source.read(norm, 124, MemorySegment.ofArray(new byte[5])))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("model.norm.weight");
      assertThatThrownBy(() -> source.read(norm, -1, MemorySegment.ofArray(new byte[1])))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void tensorsComeInTheOrderOfTheirOffsetsWhateverTheHeadersOrder() throws IOException {
    write(
        "model.safetensors",
        file(
            header(
                tensor("last", "F32", "[2]", "[8,16]"),
                "\"__metadata__\":{\"format\":\"pt\"}",
                tensor("empty", "F32", "[0,5]", "[8,8]"),
                tensor("first", "F16", "[2,2]", "[0,8]")),
            16));

    assertThat(SafetensorsTensorSource.open(folder()).tensors().keySet())
        .containsExactly("first", "empty", "last");
  }

  @Test
  void everyKnownTypeIsReadable() throws IOException {
    for (DataType type : DataType.values()) {
      int bytes = Math.toIntExact(type.bytesFor(8));
      write(
          "model.safetensors",
          file(header(tensor("a", type.name(), "[8]", "[0," + bytes + "]")), bytes));

      assertThat(SafetensorsTensorSource.open(folder()).tensors().get("a").dataType())
          .isEqualTo(type);
    }
  }

  @Test
  void aModelWithoutTensorsIsEmpty() throws IOException {
    write("model.safetensors", file("{}", 0));

    assertThat(SafetensorsTensorSource.open(folder()).tensors()).isEmpty();
  }

  @Test
  void aHeaderLargerThanTheFirstReadIsReadWhole() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 20_000; i++) {
      header.append(i == 0 ? "" : ",");
      header.append(tensor("tensor-" + i, "U8", "[1]", "[" + i + "," + (i + 1) + "]"));
    }
    byte[] content = file(header.append("}").toString(), 20_000);
    assertThat(content.length).isGreaterThan(1_200_000);
    write("model.safetensors", content);

    assertThat(SafetensorsTensorSource.open(folder()).tensors()).hasSize(20_000);
  }

  @Test
  void theIndexWinsOverASingleFile() throws IOException {
    write("model.safetensors", file(header(tensor("other", "F32", "[2]", "[0,8]")), 8));
    write("part.safetensors", file(header(tensor("a", "F32", "[4]", "[0,16]")), 16));
    writeIndex("\"a\":\"part.safetensors\"");

    assertThat(SafetensorsTensorSource.open(folder()).tensors()).containsOnlyKeys("a");
  }

  @Test
  void everyMismatchOfIndexAndFilesIsReportedAtOnce() throws IOException {
    write("one.safetensors", file(header(tensor("a", "F32", "[2]", "[0,8]")), 8));
    write(
        "two.safetensors",
        file(
            header(tensor("b", "F32", "[2]", "[0,8]"), tensor("unlisted", "F32", "[2]", "[8,16]")),
            16));
    write("bad.safetensors", file(header(tensor("d", "F32", "[1]", "[0,8]")), 8));
    writeIndex(
        "\"a\":\"two.safetensors\"",
        "\"b\":\"two.safetensors\"",
        "\"c\":\"one.safetensors\"",
        "\"d\":\"bad.safetensors\"",
        "\"e\":\"gone.safetensors\"");

    MergefarmException failure =
        catchThrowableOfType(
            MergefarmException.class, () -> SafetensorsTensorSource.open(folder()));

    assertThat(failure.problems())
        .extracting(problem -> problem.path() + "|" + problem.severity())
        .containsExactlyInAnyOrder(
            "gone.safetensors|ERROR",
            "bad.safetensors: d|ERROR",
            "one.safetensors: a|WARNING",
            "two.safetensors: unlisted|ERROR",
            "two.safetensors: a|ERROR",
            "one.safetensors: c|ERROR");
  }

  @Test
  void aWrongTotalIsAWarning() throws IOException {
    write("one.safetensors", file(header(tensor("a", "F32", "[2]", "[0,8]")), 8));
    writeIndex("\"a\":\"one.safetensors\"");

    assertThat(SafetensorsTensorSource.open(folder()).warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning.message()).contains("16").contains("8 bytes"));
  }

  @Test
  void anIndexCannotLeadOutOfTheFolder() throws IOException {
    for (String target : List.of("../x.safetensors", "/etc/passwd", "", "..", "a\\\\b")) {
      writeIndex("\"a\":\"" + target + "\"");

      assertThat(
              catchThrowableOfType(
                      MergefarmException.class, () -> SafetensorsTensorSource.open(folder()))
                  .code())
          .isEqualTo(ErrorCode.MALFORMED_JSON);
    }
  }

  @Test
  void anIndexThatIsNoIndexIsRefused() throws IOException {
    for (String content : List.of("", "[]", "{", "{\"weight_map\":[]}", "{\"a\":1,\"a\":2}")) {
      Files.writeString(directory.resolve("model.safetensors.index.json"), content);

      assertThat(
              catchThrowableOfType(
                      MergefarmException.class, () -> SafetensorsTensorSource.open(folder()))
                  .code())
          .as(content)
          .isEqualTo(ErrorCode.MALFORMED_JSON);
    }
  }
}
