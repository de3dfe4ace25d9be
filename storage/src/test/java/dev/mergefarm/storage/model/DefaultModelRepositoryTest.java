package dev.mergefarm.storage.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultModelRepositoryTest {

  private static final byte[] CONFIG = "{}".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;
  private LocalObjectStore store;
  private LocalObjectStore files;
  private ModelRepository repository;

  @BeforeEach
  void open() {
    store = new LocalObjectStore(directory.resolve("store"));
    files = new LocalObjectStore(directory.resolve("checkout"));
    repository =
        DefaultModelRepository.builder()
            .ownStore(store)
            .localPaths(directory.resolve("checkout"))
            .buckets(bucket -> new LocalObjectStore(directory.resolve(bucket)))
            .build();
  }

  private static void putModel(LocalObjectStore store, String prefix) {
    store.put(prefix + "config.json", CONFIG);
    SafetensorsLayout layout =
        SafetensorsLayout.of(
            "model.safetensors", List.of(new TensorSpec("a", DataType.F32, Shape.of(0))));
    store.put(prefix + "model.safetensors", layout.header());
  }

  private List<String> filesOf(String reference) {
    try (Model model = repository.open(new ModelReference(reference))) {
      assertThat(model.tensors().tensors()).containsOnlyKeys("a");
      return model.files();
    }
  }

  private MergefarmException failureOf(String reference) {
    return catchThrowableOfType(
        MergefarmException.class, () -> repository.open(new ModelReference(reference)));
  }

  @Test
  void aModelOfTheFarmsOwnStoreIsFoundWithAndWithoutItsRoot() {
    putModel(store, "models/org/name/");

    assertThat(filesOf("models/org/name")).containsExactly("config.json", "model.safetensors");
    assertThat(filesOf("org/name")).hasSize(2);
    assertThat(filesOf("org/name/")).hasSize(2);
  }

  @Test
  void aModelStoredWithoutARevisionAnswersToTheMainOneOnly() {
    putModel(store, "models/org/name/");

    assertThat(filesOf("org/name@main")).hasSize(2);
    assertThat(filesOf("models/org/name@main")).hasSize(2);
    assertThat(failureOf("org/name@v2"))
        .satisfies(f -> assertThat(f.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND))
        .hasMessageContaining("'models/org/name' without a record of its revision");

    putModel(store, "models/org/name@v2/");
    assertThat(filesOf("org/name@v2")).hasSize(2);
  }

  @Test
  void aCopyOfACommitAnswersToThatCommit() {
    putModel(store, "models/org/name/");
    Manifest manifest =
        new Manifest(
            "test 1",
            Optional.empty(),
            Optional.of("hub:org/name@abc123"),
            Optional.empty(),
            OptionalLong.empty(),
            List.of(),
            List.of());
    store.put("models/org/name/mergefarm.json", ManifestJson.write(manifest));

    assertThat(filesOf("org/name@abc123")).hasSize(3);
    assertThat(failureOf("org/name@abc124").code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void localPathsAreRelativeToTheWorkingDirectory() {
    putModel(files, "models/base/");

    assertThat(filesOf("models/base")).hasSize(2);
    assertThat(filesOf("./models/base")).hasSize(2);
    assertThat(filesOf("../checkout/models/base")).hasSize(2);
    assertThat(filesOf(directory.resolve("checkout/models/base").toString())).hasSize(2);
  }

  @Test
  void aBucketIsReadUnderItsPrefixOrWhole() {
    putModel(new LocalObjectStore(directory.resolve("bucket")), "deep/er/model/");
    putModel(new LocalObjectStore(directory.resolve("whole")), "");

    assertThat(filesOf("s3://bucket/deep/er/model")).hasSize(2);
    assertThat(filesOf("s3://whole")).hasSize(2);
    assertThat(failureOf("s3://bucket/other").code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(failureOf("s3:///x").code()).isEqualTo(ErrorCode.INVALID_VALUE);
    assertThat(failureOf("s3://bucket/../x").code()).isEqualTo(ErrorCode.INVALID_VALUE);
  }

  @Test
  void aMissingModelIsAnsweredWithTheNearestName() {
    putModel(store, "models/capitals/");
    putModel(files, "specialists/animals/");

    assertThat(failureOf("models/capitls"))
        .satisfies(f -> assertThat(f.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND))
        .hasMessageContaining("Did you mean 'models/capitals'?");
    assertThat(failureOf("capitol")).hasMessageContaining("Did you mean 'capitals'?");
    assertThat(failureOf("./specialists/animal"))
        .hasMessageContaining("Did you mean './specialists/animals'?");
    assertThat(failureOf("zzzzzzzz").problems().getFirst().suggestion()).isEmpty();
  }

  @Test
  void aModelWithoutWeightsIsIncomplete() {
    files.put("empty/config.json", CONFIG);

    try (Model model = repository.open(new ModelReference("./empty"))) {
      assertThat(catchThrowableOfType(MergefarmException.class, model::tensors).code())
          .isEqualTo(ErrorCode.MODEL_INCOMPLETE);
    }
  }

  @Test
  void aModelBeingWrittenIsNotVisibleUntilItsManifestIsThere() {
    putModel(store, "models/new/");
    store.put("models/new/" + ModelFiles.DRAFT, CONFIG);

    assertThat(failureOf("models/new").code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(new StoredModels(store).names()).isEmpty();

    store.put("models/new/mergefarm.json", CONFIG);

    assertThat(filesOf("models/new"))
        .containsExactly("config.json", "mergefarm.json", "model.safetensors");
    assertThat(new StoredModels(store).names()).containsExactly("models/new");
  }

  @Test
  void namesAreListedAtAnyDepth() {
    putModel(store, "models/b/");
    putModel(store, "models/a/x/");
    putModel(store, "models/a/y/");
    store.put("models/notes.txt", CONFIG);
    store.put("other/config.json", CONFIG);

    assertThat(new StoredModels(store).names())
        .containsExactly("models/a/x", "models/a/y", "models/b");
  }

  @Test
  void aServiceReadsNoLocalPaths() {
    putModel(files, "base/");
    ModelRepository service = DefaultModelRepository.builder().ownStore(store).build();

    for (String path :
        List.of("./base", "../checkout/base", directory.resolve("checkout/base").toString())) {
      assertThat(
              catchThrowableOfType(
                      MergefarmException.class, () -> service.open(new ModelReference(path)))
                  .code())
          .isEqualTo(ErrorCode.INVALID_VALUE);
    }
    assertThat(
            catchThrowableOfType(
                    MergefarmException.class, () -> service.open(new ModelReference("base")))
                .code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void smallFilesAreReadByName() {
    putModel(store, "models/m/");

    try (Model model = repository.open(new ModelReference("models/m"))) {
      assertThat(model.file("config.json")).contains(CONFIG);
      assertThat(model.file("absent.json")).isEmpty();
      assertThat(catchThrowableOfType(MergefarmException.class, () -> model.file("../x")).code())
          .isEqualTo(ErrorCode.INVALID_VALUE);
    }
  }
}
