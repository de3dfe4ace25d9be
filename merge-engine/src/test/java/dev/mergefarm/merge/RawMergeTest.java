package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MissingTensors;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawMergeTest {

  @TempDir private Path folder;
  private MergeEngine engine;

  @BeforeEach
  void write() {
    engine =
        new MergeEngine(
            DefaultModelRepository.builder().localPaths(folder).build(), new MergeSettings(1));
    file("a.safetensors", 1, 2).write("a.safetensors", "notes.txt", "not a model");
    file("b.safetensors", 3, 8).write("b.safetensors", "notes.txt", "not a model");
    file("base.safetensors", 0, 0).write("base.safetensors", "notes.txt", "not a model");
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private TinyModels file(String name, float first, float second) {
    return new TinyModels(folder)
        .tensor("encoder.weight", Shape.of(2), first, second)
        .tensor(name.equals("b.safetensors") ? "b.only" : "scale", Shape.of(1), first);
  }

  private String recipe(String text) {
    return text.replace("./", folder + "/");
  }

  private RecipeCheck check(String text, MissingTensors missing) {
    return engine.validateRaw(recipe(text), missing, MergeOptions.DEFAULTS);
  }

  private Map<String, float[]> merge(String text, MissingTensors missing) {
    Path output = folder.resolve("output");
    try (LocalObjectStore store = new LocalObjectStore(output)) {
      engine.merge(
          check(text, missing).planOrThrow(),
          store,
          "",
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
    return TinyModels.read(output);
  }

  private static final String HALVES =
      """
      merge_method: linear
      models:
      - {model: ./a.safetensors, parameters: {weight: 0.25}}
      - {model: ./b.safetensors}
      parameters: {weight: 0.75}
      dtype: float32
      """;

  @Test
  void aFilesOwnValueGoesBeforeTheCommonOneAndZeroIsAValue() {
    assertThat(merge(HALVES, MissingTensors.LEAVE_OUT).get("encoder.weight"))
        .containsExactly(2.5f, 6.5f);
    Path again = folder.resolve("output");
    assertThat(again.resolve("mergekit_config.yml")).exists();
    assertThat(again.resolve("config.json")).doesNotExist();
    assertThat(again.resolve("mergefarm.json"))
        .content()
        .contains("a.safetensors")
        .doesNotContain("notes.txt");
  }

  @Test
  void zeroIsAValueAndNotTakenForAMissingOne() {
    assertThat(merge(HALVES.replace("0.25", "0"), MissingTensors.LEAVE_OUT).get("encoder.weight"))
        .containsExactly(3, 8);
  }

  @Test
  void tensorsThatNotEveryFileHasAreRefusedLeftOutOrMergedFromTheRest() {
    assertThat(check(HALVES, MissingTensors.REFUSE).problems())
        .extracting(Problem::code, Problem::path)
        .containsExactlyInAnyOrder(
            tuple(ErrorCode.TENSOR_MISSING, "scale"), tuple(ErrorCode.TENSOR_MISSING, "b.only"));
    assertThat(merge(HALVES, MissingTensors.LEAVE_OUT)).containsOnlyKeys("encoder.weight");
  }

  @Test
  void theUnionMergesWhatThereIs() {
    Map<String, float[]> merged = merge(HALVES, MissingTensors.MERGE_THE_REST);
    assertThat(merged).containsOnlyKeys("b.only", "encoder.weight", "scale");
    assertThat(merged.get("b.only")).containsExactly(3);
    assertThat(merged.get("scale")).containsExactly(1);
  }

  @Test
  void methodsWithABaseWorkAsForModels() {
    float[] merged =
        merge(
                """
                merge_method: task_arithmetic
                base_model: ./base.safetensors
                models:
                - {model: ./a.safetensors, parameters: {weight: [{filter: encoder, value: [2, 9]}, {value: 0}]}}
                - {model: ./b.safetensors, parameters: {weight: 1}}
                dtype: float32
                """,
                MissingTensors.LEAVE_OUT)
            .get("encoder.weight");
    assertThat(merged).containsExactly(new float[] {5, 12}, within(1e-6f));
  }

  @Test
  void torchFilesAreReadToo() throws IOException {
    Files.copy(Path.of("src/test/resources/raw/plain.bin"), folder.resolve("state.pt"));
    String yaml = "merge_method: passthrough\nmodels: [{model: ./state.pt}]\n";
    assertThat(check(yaml, MissingTensors.REFUSE).planOrThrow().summary().tensors()).isPositive();
  }

  @Test
  void whatNeedsAnArchitectureIsRefusedWithItsPath() {
    assertThat(
            check(
                    HALVES + "tokenizer: {source: union}\nchat_template: auto\n",
                    MissingTensors.LEAVE_OUT)
                .problems())
        .extracting(Problem::code, Problem::path)
        .containsExactlyInAnyOrder(
            tuple(ErrorCode.INVALID_VALUE, "tokenizer"),
            tuple(ErrorCode.INVALID_VALUE, "chat_template"));
    assertThat(
            check(
                    """
                    merge_method: passthrough
                    slices: [{sources: [{model: ./a.safetensors, layer_range: [0, 1]}]}]
                    """,
                    MissingTensors.REFUSE)
                .problems())
        .extracting(Problem::path)
        .containsExactly("slices");
    assertThat(
            check(HALVES.replace("b.safetensors", "absent.safetensors"), MissingTensors.LEAVE_OUT)
                .problems())
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.OBJECT_NOT_FOUND, "models[1].model"));
    assertThat(check(HALVES.replace("linear", "slerp"), MissingTensors.LEAVE_OUT).problems())
        .isNotEmpty();
  }
}
