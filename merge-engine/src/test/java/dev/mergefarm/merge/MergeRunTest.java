package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MergeRunTest {

  private static final String TIES =
      """
      merge_method: ties
      base_model: models/base
      models:
      - {model: models/code, parameters: {weight: 0.5, density: 0.5}}
      - {model: models/math, parameters: {weight: 0.3, density: 0.5}}
      dtype: float32
      """;
  private static final MergeOptions SMALL_SHARDS = MergeOptions.DEFAULTS.withShardBytes(20_000);

  @TempDir Path output;
  private final RecipeRunner runner = new RecipeRunner(Path.of("src/test/resources/golden"));

  @AfterEach
  void close() {
    runner.close();
  }

  private MergePlan plan() {
    return runner.engine().validate(TIES, SMALL_SHARDS).planOrThrow();
  }

  private Map<String, float[]> whole() {
    Path folder = output.resolve("whole");
    try (LocalObjectStore store = new LocalObjectStore(folder)) {
      runner.engine().merge(plan(), store, "", Progress.Listener.NONE, Cancellation.NEVER);
    }
    return TinyModels.read(folder);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 30, 56})
  void anAttemptThatEndsAtAnyTensorIsFinishedByTheNext(int tensors) {
    MergePlan plan = plan();
    AtomicBoolean cancelled = new AtomicBoolean();
    Path folder = output.resolve("broken");
    try (LocalObjectStore store = new LocalObjectStore(folder)) {
      assertThatThrownBy(
              () ->
                  runner
                      .engine()
                      .merge(
                          plan,
                          store,
                          "models/out",
                          progress -> cancelled.set(progress.itemsDone() >= tensors),
                          cancelled::get))
          .isInstanceOfSatisfying(
              MergefarmException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED));
      assertThat(folder.resolve("models/out/mergefarm.json")).doesNotExist();
      List<Progress> seen = new ArrayList<>();
      MergeResult result =
          runner.engine().merge(plan, store, "models/out", seen::add, Cancellation.NEVER);
      assertThat(seen.getFirst().itemsDone()).isEqualTo(57 - pendingTensors(plan, result));
      assertThat(seen.getLast().itemsDone()).isEqualTo(57);
      assertThat(seen.getLast().bytesDone()).isEqualTo(plan.summary().bytesOut());
    }
    Map<String, float[]> resumed = TinyModels.read(folder.resolve("models/out"));
    whole().forEach((name, values) -> assertThat(resumed.get(name)).as(name).isEqualTo(values));
  }

  private static int pendingTensors(MergePlan plan, MergeResult result) {
    return plan.shards().shards().stream()
        .skip(result.shardsKept())
        .mapToInt(shard -> shard.tensors().size())
        .sum();
  }

  @Test
  void aFinishedMergeIsNotRunAgain() {
    MergePlan plan = plan();
    try (LocalObjectStore store = new LocalObjectStore(output)) {
      MergeResult first =
          runner.engine().merge(plan, store, "m", Progress.Listener.NONE, Cancellation.NEVER);
      assertThat(first.shardsKept()).isZero();
      MergeResult second =
          runner.engine().merge(plan, store, "m", Progress.Listener.NONE, Cancellation.NEVER);
      assertThat(second.shardsKept()).isEqualTo(plan.summary().shards());
      assertThat(second.files()).isEqualTo(first.files());
    }
  }

  @Test
  void anotherModelIsOnlyReplacedWhenAskedFor() {
    try (LocalObjectStore store = new LocalObjectStore(output)) {
      runner.engine().merge(plan(), store, "m", Progress.Listener.NONE, Cancellation.NEVER);
      MergePlan other =
          runner.engine().validate(TIES, SMALL_SHARDS.withShardBytes(0)).planOrThrow();
      assertThatThrownBy(
              () ->
                  runner
                      .engine()
                      .merge(other, store, "m", Progress.Listener.NONE, Cancellation.NEVER))
          .isInstanceOfSatisfying(
              MergefarmException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_EXISTS));
      runner
          .engine()
          .merge(
              other,
              store,
              "m",
              ModelDraft.Existing.REPLACE,
              Progress.Listener.NONE,
              Cancellation.NEVER);
      assertThat(output.resolve("m/model.safetensors")).exists();
      assertThat(output.resolve("m/model-00001-of-00011.safetensors")).doesNotExist();
    }
  }

  @Test
  void theManifestNamesEveryFileThatWentInAndCameOut() throws IOException {
    try (LocalObjectStore store = new LocalObjectStore(output)) {
      MergeResult result =
          runner.engine().merge(plan(), store, "m", Progress.Listener.NONE, Cancellation.NEVER);
      Manifest manifest =
          ManifestJson.read(Files.readAllBytes(output.resolve("m").resolve(Manifest.FILE)));
      assertThat(manifest.plan()).contains(result.digest());
      assertThat(manifest.recipe()).contains(TIES);
      assertThat(manifest.inputs())
          .extracting(input -> input.model())
          .containsExactly("models/base", "models/code", "models/math");
      assertThat(manifest.inputs().getFirst().files())
          .extracting(file -> file.name())
          .containsExactly("config.json", "model.safetensors");
      assertThat(manifest.outputs())
          .extracting(file -> file.name())
          .contains("config.json", "README.md", "model.safetensors.index.json");
      assertThat(result.files()).hasSize(manifest.outputs().size() + 1);
    }
  }

  @Test
  void theDigestOfAPlanChangesWithWhatItReadsAndWithWhatIsAskedOfIt() {
    assertThat(plan().summary().digest()).isEqualTo(plan().summary().digest());
    assertThat(digest(TIES.replace("0.3", "0.31"), SMALL_SHARDS))
        .isNotEqualTo(plan().summary().digest());
    assertThat(digest(TIES, SMALL_SHARDS.withSeed(1))).isNotEqualTo(plan().summary().digest());
    assertThat(digest(TIES.replace("models/math", "models/chat"), SMALL_SHARDS))
        .isNotEqualTo(plan().summary().digest());
  }

  private String digest(String yaml, MergeOptions options) {
    return runner.engine().validate(yaml, options).planOrThrow().summary().digest();
  }

  @Test
  void aMergeInMemoryHasTheTensorsAndFilesOfAWrittenOne() {
    Map<String, float[]> written = whole();
    MergePlan plan = plan();
    try (Model model = runner.engine().mergeInMemory(plan, Cancellation.NEVER)) {
      assertThat(model.tensors().tensors().keySet()).isEqualTo(written.keySet());
      model
          .tensors()
          .tensors()
          .forEach(
              (name, info) ->
                  assertThat(TinyModels.floats(model.tensors(), info))
                      .as(name)
                      .isEqualTo(written.get(name)));
      assertThat(model.file("config.json")).isPresent();
      assertThat(model.files()).contains("config.json", "generation_config.json");
      assertThat(model.folder().find("config.json")).isPresent();
    }
  }

  @Test
  void aTensorOfAMergeInMemoryCanBeReadInParts() {
    MergePlan plan = plan();
    try (Model model = runner.engine().mergeInMemory(plan, Cancellation.NEVER)) {
      var info = model.tensors().find("lm_head.weight").orElseThrow();
      byte[] all = new byte[(int) info.bytes()];
      model.tensors().read(info, 0, java.lang.foreign.MemorySegment.ofArray(all));
      byte[] part = new byte[100];
      model.tensors().read(info, 52, java.lang.foreign.MemorySegment.ofArray(part));
      assertThat(part).isEqualTo(java.util.Arrays.copyOfRange(all, 52, 152));
    }
  }

  @Test
  void recipesOfAStreamMergeEachOthersResults() {
    String stream =
        """
        merge_method: linear
        models:
        - {model: first, parameters: {weight: 0.5}}
        - {model: models/chat, parameters: {weight: 0.5}}
        ---
        name: first
        merge_method: slerp
        base_model: models/code
        models: [{model: models/code}, {model: models/math}]
        parameters: {t: 0.5}
        dtype: float32
        """;
    RecipeCheck check = runner.check(stream);
    assertThat(check.plans())
        .extracting(plan -> plan.name().orElse(""))
        .containsExactly("first", "");
    try (LocalObjectStore store = new LocalObjectStore(output);
        Model first = runner.engine().mergeInMemory(check.plans().getFirst(), Cancellation.NEVER);
        Model chat =
            runner
                .engine()
                .mergeInMemory(
                    runner
                        .check("merge_method: passthrough\nmodels: [{model: models/chat}]\n")
                        .planOrThrow(),
                    Cancellation.NEVER)) {
      runner
          .engine()
          .merge(check.planOrThrow(), store, "m", Progress.Listener.NONE, Cancellation.NEVER);
      float[] left =
          TinyModels.floats(first.tensors(), first.tensors().find("lm_head.weight").orElseThrow());
      float[] right =
          TinyModels.floats(chat.tensors(), chat.tensors().find("lm_head.weight").orElseThrow());
      float[] merged = TinyModels.read(output.resolve("m")).get("lm_head.weight");
      for (int i = 0; i < merged.length; i++) {
        assertThat(merged[i]).isEqualTo((left[i] * 0.5f + right[i] * 0.5f) / 1.0f);
      }
    }
  }
}
