package dev.mergefarm.storage.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.storage.CountingStore;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCatalogTest {

  @TempDir private Path directory;
  private CountingStore store;
  private ModelCatalog catalog;

  @BeforeEach
  void open() {
    store = new CountingStore(new LocalObjectStore(directory));
    catalog = new ModelCatalog(store);
  }

  private void putModel(String name) {
    SafetensorsLayout layout =
        SafetensorsLayout.of(
            "model.safetensors",
            List.of(
                new TensorSpec("a", DataType.BF16, Shape.of(1000, 1000)),
                new TensorSpec("b", DataType.F32, Shape.of(7))));
    byte[] file = Arrays.copyOf(layout.header(), Math.toIntExact(layout.size()));
    store.put(name + "/model.safetensors", file);
    store.put(
        name + "/config.json",
        "{\"architectures\":[\"LlamaForCausalLM\"]}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aModelIsDescribedFromItsConfigAndHeaders() {
    putModel("models/m");
    long before = store.bytesRead();

    ModelSummary summary = catalog.find("m").orElseThrow();

    assertThat(summary.name()).isEqualTo("models/m");
    assertThat(summary.architecture()).contains("LlamaForCausalLM");
    assertThat(summary.parameters()).isEqualTo(1_000_007);
    assertThat(summary.tensors()).isEqualTo(2);
    assertThat(summary.dataTypes()).containsExactly(DataType.BF16, DataType.F32);
    assertThat(summary.bytes()).isGreaterThan(2_000_028);
    assertThat(summary.manifest()).isFalse();
    assertThat(summary.problems()).isEmpty();
    assertThat(store.bytesRead() - before).isLessThan(1_100_000);
  }

  @Test
  void whatIsKnownIsNotReadAgainUntilAFileChanges() {
    putModel("models/m");
    List<ModelSummary> first = catalog.list();
    long before = store.bytesRead();

    assertThat(catalog.list()).isEqualTo(first);
    assertThat(store.bytesRead()).isEqualTo(before);

    store.put("models/m/config.json", "{}".getBytes(StandardCharsets.UTF_8));
    assertThat(catalog.list().getFirst().architecture()).isEmpty();
  }

  @Test
  void aDamagedModelIsListedWithItsProblems() {
    putModel("models/good");
    putModel("models/bad");
    store.put("models/bad/model.safetensors", new byte[3]);

    List<ModelSummary> all = catalog.list();

    assertThat(all).extracting(ModelSummary::name).containsExactly("models/bad", "models/good");
    assertThat(all.getFirst().problems())
        .singleElement()
        .satisfies(p -> assertThat(p.code()).isEqualTo(ErrorCode.MALFORMED_TENSOR_FILE));
    assertThat(all.getFirst().architecture()).contains("LlamaForCausalLM");
  }

  @Test
  void aRemovedModelIsGoneWithAllItsFiles() {
    putModel("models/m");
    putModel("models/other");
    store.put("models/m/original/params.json", new byte[0]);
    StoredModels models = new StoredModels(store);

    assertThat(models.remove("m")).isTrue();
    assertThat(models.remove("m")).isFalse();

    assertThat(catalog.list()).extracting(ModelSummary::name).containsExactly("models/other");
    assertThat(store.list("models/m/")).isEmpty();
  }

  @Test
  void aModelThatIsNotThereIsNotFound() {
    assertThat(catalog.find("absent")).isEmpty();
    assertThat(catalog.find("../up")).isEmpty();
    assertThat(catalog.describe(List.of("models/absent"))).isEmpty();
  }
}
