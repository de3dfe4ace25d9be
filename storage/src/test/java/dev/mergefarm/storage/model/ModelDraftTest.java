package dev.mergefarm.storage.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.ModelDraft.Existing;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDraftTest {

  @TempDir private Path directory;
  private LocalObjectStore store;
  private ObjectFolder folder;

  @BeforeEach
  void open() {
    store = new LocalObjectStore(directory);
    folder = new ObjectFolder(store, "models/new/");
  }

  private ModelDraft draft(String plan) {
    return ModelDraft.open(folder, plan, Existing.REPLACE);
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private static void write(ModelDraft draft, String file, String content) {
    try (ObjectUpload upload = draft.upload(file, content.length())) {
      upload.write(MemorySegment.ofArray(text(content)));
      upload.publish();
    }
  }

  private static Manifest manifest(String plan, List<FileDigest> outputs) {
    return new Manifest(
        "test 1",
        Optional.of(plan),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.of(7),
        List.of(),
        outputs);
  }

  private void writeModel(String plan, String... files) {
    ModelDraft draft = draft(plan);
    for (String file : files) {
      write(draft, file, plan);
    }
    draft.publish(outputs -> manifest(plan, outputs));
  }

  private List<String> files() {
    return folder.list().stream().map(ObjectInfo::key).toList();
  }

  private boolean visible() {
    return new StoredModels(store).find("models/new").isPresent();
  }

  @Test
  void aModelIsVisibleOnlyOncePublished() {
    ModelDraft draft = draft("plan");
    draft.put("config.json", text("{}"));
    write(draft, "model.safetensors", "weights");
    assertThat(visible()).isFalse();

    draft.publish(outputs -> manifest("plan", outputs));

    assertThat(visible()).isTrue();
    assertThat(files()).containsExactly("config.json", "mergefarm.json", "model.safetensors");
  }

  @Test
  void theManifestHoldsTheDigestOfEveryFile() {
    ModelDraft draft = draft("plan");
    draft.put("config.json", text("{}"));
    write(draft, "model.safetensors", "weights");

    Manifest manifest = draft.publish(outputs -> manifest("plan", outputs));

    assertThat(manifest.outputs())
        .containsExactly(
            new FileDigest("config.json", 2, Sha256.of(text("{}"))),
            new FileDigest("model.safetensors", 7, Sha256.of(text("weights"))));
    assertThat(ManifestJson.read(folder.readAll("mergefarm.json", 1 << 20))).isEqualTo(manifest);
  }

  @Test
  void aSecondAttemptAtTheSamePlanFindsWhatIsFinished() {
    ModelDraft first = draft("plan");
    write(first, "model-00001-of-00002.safetensors", "one");
    try (ObjectUpload dying = first.upload("model-00002-of-00002.safetensors", 3)) {
      dying.write(MemorySegment.ofArray(text("tw")));
    }

    ModelDraft second = draft("plan");

    assertThat(second.finished()).containsOnlyKeys("model-00001-of-00002.safetensors");
    assertThat(second.finished("model-00001-of-00002.safetensors"))
        .contains(new FileDigest("model-00001-of-00002.safetensors", 3, Sha256.of(text("one"))));
  }

  @Test
  void aFileThatIsNotAsLongAsNotedIsNotFinished() {
    write(draft("plan"), "model.safetensors", "weights");
    store.put("models/new/model.safetensors", text("cut"));

    assertThat(draft("plan").finished()).isEmpty();
  }

  @Test
  void anotherPlanStartsAnewWithoutTheOldFiles() {
    write(draft("plan"), "model-00001-of-00002.safetensors", "one");

    ModelDraft other = draft("other plan");

    assertThat(other.finished()).isEmpty();
    assertThat(files()).containsExactly(".mergefarm/draft.json");
  }

  @Test
  void aPublishedModelIsReplacedOnlyOnRequest() {
    writeModel("plan", "config.json", "model-00001-of-00002.safetensors", "extra.json");
    store.put("models/new/README.md", text("by hand"));

    assertThat(
            catchThrowableOfType(
                    MergefarmException.class,
                    () -> ModelDraft.open(folder, "other", Existing.REFUSE))
                .code())
        .isEqualTo(ErrorCode.MODEL_EXISTS);
    assertThat(visible()).isTrue();

    ModelDraft replacement = draft("other");
    assertThat(visible()).isFalse();
    assertThat(files()).containsExactly(".mergefarm/draft.json", "README.md");
    write(replacement, "model.safetensors", "weights");
    replacement.publish(outputs -> manifest("other", outputs));
    assertThat(files()).containsExactly("README.md", "mergefarm.json", "model.safetensors");
  }

  @Test
  void aModelPutByHandIsHiddenWhileItIsReplaced() {
    store.put("models/new/config.json", text("{}"));
    store.put("models/new/model.safetensors", text("old"));
    assertThat(visible()).isTrue();

    draft("plan");

    assertThat(visible()).isFalse();
    assertThat(files()).containsExactly(".mergefarm/draft.json", "config.json");
  }

  @Test
  void theSamePlanFindsItsPublishedResultWhole() {
    writeModel("plan", "config.json", "model.safetensors");

    ModelDraft again = ModelDraft.open(folder, "plan", Existing.REFUSE);

    assertThat(again.published()).isTrue();
    assertThat(again.finished()).containsOnlyKeys("config.json", "model.safetensors");
    again.discard();
    assertThat(visible()).isTrue();
  }

  @Test
  void weightsLeftByACrashDuringReplacementDoNotSurvivePublication() {
    ModelDraft draft = draft("plan");
    store.put("models/new/model.safetensors.index.json", text("stale"));
    store.put("models/new/pytorch_model-00001-of-00009.bin", text("stale"));
    write(draft, "model.safetensors", "weights");

    draft.publish(outputs -> manifest("plan", outputs));

    assertThat(files()).containsExactly("mergefarm.json", "model.safetensors");
  }

  @Test
  void aDiscardedDraftLeavesNothing() {
    ModelDraft draft = draft("plan");
    write(draft, "model.safetensors", "weights");

    draft.discard();

    assertThat(store.list("")).isEmpty();
  }

  @Test
  void readersOfAModelSeeNothingOfTheFarmsOwnNotes() {
    writeModel("plan", "config.json", "model.safetensors");
    store.put("models/new/.mergefarm/finished/left.json", text("{}"));
    ModelRepository repository = DefaultModelRepository.builder().ownStore(store).build();

    try (Model model = repository.open(new ModelReference("new"))) {
      assertThat(model.files())
          .containsExactly("config.json", "mergefarm.json", "model.safetensors");
    }
  }
}
