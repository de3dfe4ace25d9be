package dev.mergefarm.storage.torch;

import static dev.mergefarm.storage.torch.ArchiveSample.tensorPickle;
import static dev.mergefarm.storage.torch.ArchiveSample.tuple;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of torch 2.13: {@code plain.bin} holds tensors of most types, contiguous and not; {@code
 * plain.safetensors} holds the same, made contiguous.
 */
class TorchTensorSourceTest {

  private static final Path SAMPLES = Path.of("src/test/resources/torch").toAbsolutePath();
  private static final ObjectFolder FOLDER = new ObjectFolder(new LocalObjectStore(SAMPLES), "");

  @TempDir private Path directory;

  private static byte[] bytes(TensorSource source, String name) {
    TensorInfo tensor = source.find(name).orElseThrow();
    byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
    source.read(tensor, 0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  @Test
  void everyTensorReadsAsTheSameBytesAsItsSafetensorsTwin() {
    TensorSource torch = TorchTensorSource.openFile(FOLDER, "plain.bin");
    TensorSource expected = SafetensorsTensorSource.openFile(FOLDER, "plain.safetensors");

    assertThat(torch.tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(expected.tensors().keySet())
        .hasSize(16);
    for (TensorInfo twin : expected.tensors().values()) {
      TensorInfo tensor = torch.find(twin.name()).orElseThrow();
      assertThat(tensor.spec()).as(twin.name()).isEqualTo(twin.spec());
      assertThat(bytes(torch, twin.name())).as(twin.name()).isEqualTo(bytes(expected, twin.name()));
    }
    assertThat(torch.warnings()).isEmpty();
  }

  @Test
  void aRangeOfATensorIsThatRangeOfItsBytes() {
    TensorSource torch = TorchTensorSource.openFile(FOLDER, "plain.bin");
    for (String name : new String[] {"plain", "transposed", "column"}) {
      byte[] whole = bytes(torch, name);
      byte[] part = new byte[9];

      torch.read(torch.find(name).orElseThrow(), 5, MemorySegment.ofArray(part));

      assertThat(part).as(name).isEqualTo(Arrays.copyOfRange(whole, 5, 14));
    }
    TensorInfo plain = torch.find("plain").orElseThrow();
    assertThatThrownBy(() -> torch.read(plain, 90, MemorySegment.ofArray(new byte[7])))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void newerTypesAreRead() {
    TensorSource torch = TorchTensorSource.openFile(FOLDER, "newtypes.bin");

    assertThat(torch.find("u16").orElseThrow().dataType()).isEqualTo(DataType.U16);
    assertThat(bytes(torch, "u16")).containsExactly(1, 0, 2, 0);
    assertThat(torch.find("c").orElseThrow().dataType()).isEqualTo(DataType.C64);
  }

  @Test
  void weightsWithinATrainingStateAreFoundAndTheRestIsLeftOut() {
    TensorSource torch = TorchTensorSource.openFile(FOLDER, "wrapped.bin");

    assertThat(torch.tensors()).containsOnlyKeys("w.weight", "w.bias");
  }

  @Test
  void entriesThatAreNoTensorsAreAWarning() throws IOException {
    String pickle = tensorPickle(0, tuple(4), tuple(1)).replace("}(X", "}(X\5\0\0\0epochK\3X");
    write(ArchiveSample.ofPickle(pickle).with("m/data/0", new byte[16]));

    TensorSource torch = open();

    assertThat(torch.tensors()).containsOnlyKeys("a");
    assertThat(torch.warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning.message()).contains("epoch"));
  }

  @Test
  void aShardedCheckpointIsReadThroughItsIndex() throws IOException {
    Files.copy(SAMPLES.resolve("shard1.bin"), directory.resolve("one.bin"));
    Files.copy(SAMPLES.resolve("shard2.bin"), directory.resolve("two.bin"));
    Files.writeString(
        directory.resolve("pytorch_model.bin.index.json"),
        "{\"weight_map\":{\"a\":\"one.bin\",\"b\":\"two.bin\"}}");
    ObjectFolder folder = new ObjectFolder(new LocalObjectStore(directory), "");

    TensorSource torch = TorchTensorSource.open(folder);

    assertThat(torch.tensors()).containsOnlyKeys("a", "b");
    float[] values = new float[2];
    torch.read(torch.find("b").orElseThrow(), 0, MemorySegment.ofArray(values));
    assertThat(values).containsExactly(0f, 1f);

    Files.writeString(
        directory.resolve("pytorch_model.bin.index.json"),
        "{\"weight_map\":{\"a\":\"one.bin\",\"c\":\"two.bin\",\"d\":\"three.bin\"}}");
    assertThatThrownBy(() -> TorchTensorSource.open(folder))
        .isInstanceOfSatisfying(
            MergefarmException.class, failure -> assertThat(failure.problems()).hasSize(3));
  }

  @Test
  void aViewOfThreeDimensionsIsGatheredInOrder() throws IOException {
    float[] values = new float[24];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    byte[] storage = MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_BYTE);
    write(
        ArchiveSample.ofPickle(tensorPickle(1, tuple(2, 3, 2), tuple(1, 8, 3)))
            .with("m/data/0", storage));
    TensorSource torch = open();
    float[] read = new float[12];

    torch.read(torch.find("a").orElseThrow(), 0, MemorySegment.ofArray(read));

    assertThat(read).containsExactly(1, 4, 9, 12, 17, 20, 2, 5, 10, 13, 18, 21);
  }

  private void write(ArchiveSample sample) throws IOException {
    Files.write(directory.resolve("pytorch_model.bin"), sample.bytes());
  }

  private TensorSource open() {
    return TorchTensorSource.open(new ObjectFolder(new LocalObjectStore(directory), ""));
  }
}
