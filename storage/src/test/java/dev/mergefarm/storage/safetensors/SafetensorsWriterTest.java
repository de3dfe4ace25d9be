package dev.mergefarm.storage.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

  private static final SafetensorsLayout LAYOUT =
      SafetensorsLayout.of(
          "model.safetensors",
          List.of(
              new TensorSpec("a", DataType.F32, Shape.of(2, 3)),
              new TensorSpec("empty", DataType.F32, Shape.of(0)),
              new TensorSpec("b", DataType.BF16, Shape.of(5))));

  @TempDir private Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() {
    store = new LocalObjectStore(directory);
  }

  private SafetensorsWriter writer() {
    return new SafetensorsWriter(store.upload(LAYOUT.file(), LAYOUT.size()), LAYOUT);
  }

  private static MemorySegment filled(int length, int value) {
    return MemorySegment.ofArray(new byte[length]).fill((byte) value);
  }

  @Test
  void whatIsWrittenInBlocksReadsBackTheSame() {
    try (SafetensorsWriter writer = writer()) {
      writer.write("a", filled(10, 1));
      writer.write("a", filled(14, 2));
      writer.write("empty", filled(0, 0));
      writer.write("b", filled(10, 3));
      assertThat(writer.publish().size()).isEqualTo(LAYOUT.size());
    }

    try (SafetensorsTensorSource source =
        SafetensorsTensorSource.open(new ObjectFolder(store, ""))) {
      assertThat(source.tensors().values()).containsExactlyElementsOf(LAYOUT.tensors());
      byte[] content = new byte[24];
      TensorInfo tensor = source.find("a").orElseThrow();
      source.read(tensor, 0, MemorySegment.ofArray(content));
      assertThat(content).startsWith(1, 1).endsWith(2, 2);
    }
  }

  @Test
  void theHeaderSaysItsFormatAndIsPaddedWithSpacesToEightBytes() {
    byte[] header = LAYOUT.header();
    String json = new String(header, 8, header.length - 8, StandardCharsets.UTF_8);

    assertThat(header.length % 8).isZero();
    assertThat(json)
        .startsWith("{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",")
        .contains("\"b\":{\"dtype\":\"BF16\",\"shape\":[5],\"data_offsets\":[24,34]}}");
    assertThat(json.stripTrailing()).endsWith("}");
  }

  @Test
  void tensorsOutOfTurnAreRefused() {
    try (SafetensorsWriter writer = writer()) {
      assertThatThrownBy(() -> writer.write("b", filled(10, 0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("turn of 'a'");
      assertThatThrownBy(() -> writer.write("a", filled(25, 0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("24 bytes");
      writer.write("a", filled(24, 0));
      assertThatThrownBy(writer::publish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'b' at byte 0");
      writer.write("b", filled(10, 0));
      assertThatThrownBy(() -> writer.write("b", filled(1, 0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("turn of the end");
    }
    assertThat(store.list("")).isEmpty();
  }
}
