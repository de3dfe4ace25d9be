package dev.mergefarm.storage.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardPlanTest {

  private static TensorSpec bytes(String name, long size) {
    return new TensorSpec(name, DataType.U8, Shape.of(size));
  }

  private static List<Integer> sizes(List<TensorSpec> specs, long limit) {
    return ShardPlan.of(specs, limit).shards().stream().map(s -> s.tensors().size()).toList();
  }

  @Test
  void cutsTheSameTensorsIntoTheSameFilesAsTheReferenceProgram() {
    ObjectFolder reference =
        new ObjectFolder(
            new LocalObjectStore(Path.of("src/test/resources").toAbsolutePath()),
            "sharded-output/");
    ShardIndex expected =
        ShardIndex.parse("index", reference.readAll("model.safetensors.index.json", 1 << 20));
    SafetensorsTensorSource source = SafetensorsTensorSource.open(reference);
    List<TensorSpec> specs =
        expected.weightMap().keySet().stream()
            .map(name -> source.find(name).map(TensorInfo::spec).orElseThrow())
            .toList();

    ShardPlan plan = ShardPlan.of(specs, 60_000);

    assertThat(plan.index().orElseThrow()).isEqualTo(expected);
    assertThat(List.copyOf(plan.index().orElseThrow().weightMap().keySet()))
        .isEqualTo(List.copyOf(expected.weightMap().keySet()));
    assertThat(plan.shards())
        .allSatisfy(
            shard ->
                assertThat(shard.size())
                    .isEqualTo(reference.find(shard.file()).orElseThrow().size()));
  }

  @Test
  void aFileIsClosedBeforeTheTensorThatWouldPassTheLimit() {
    List<TensorSpec> specs = List.of(bytes("a", 40), bytes("b", 60), bytes("c", 1), bytes("d", 99));

    assertThat(sizes(specs, 100)).containsExactly(2, 2);
    assertThat(sizes(specs, 101)).containsExactly(3, 1);
    assertThat(sizes(specs, 99)).containsExactly(1, 2, 1);
  }

  @Test
  void aTensorLongerThanTheLimitGetsItsOwnFile() {
    List<TensorSpec> specs = List.of(bytes("a", 10), bytes("huge", 500), bytes("c", 10));

    assertThat(sizes(specs, 100)).containsExactly(1, 1, 1);
    assertThat(sizes(specs.subList(1, 3), 100)).containsExactly(1, 1);
  }

  @Test
  void withoutALimitThereIsOneFileAndNoIndex() {
    ShardPlan plan = ShardPlan.of(List.of(bytes("a", 1L << 40), bytes("b", 1L << 41)), 0);

    assertThat(plan.shards())
        .singleElement()
        .satisfies(shard -> assertThat(shard.file()).isEqualTo("model.safetensors"));
    assertThat(plan.index()).isEmpty();
    assertThat(plan.bytes()).isGreaterThan((1L << 40) + (1L << 41));
  }

  @Test
  void widerTypesComeFirstWithinAFileSoThatTensorsAreAligned() {
    ShardPlan plan =
        ShardPlan.of(
            List.of(
                bytes("odd", 3),
                new TensorSpec("half", DataType.BF16, Shape.of(3)),
                new TensorSpec("long", DataType.I64, Shape.of(1))),
            0);

    assertThat(plan.tensors()).extracting(TensorInfo::name).containsExactly("long", "half", "odd");
    assertThat(plan.tensors())
        .allSatisfy(tensor -> assertThat(tensor.offset() % tensor.dataType().bytes()).isZero());
  }

  @Test
  void aNameThatIsThereTwiceIsRefusedAcrossFiles() {
    assertThatThrownBy(() -> ShardPlan.of(List.of(bytes("a", 60), bytes("a", 60)), 100))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ShardPlan.of(List.of(bytes("a", 6), bytes("a", 6)), 100))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
