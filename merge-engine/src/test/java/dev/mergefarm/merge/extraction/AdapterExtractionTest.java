package dev.mergefarm.merge.extraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.RecipeRunner;
import dev.mergefarm.merge.TinyModels;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterExtractionTest {

  private static final String LAYER = "model.layers.0.";
  private static final String QUERY = LAYER + "self_attn.q_proj";
  private static final String CONFIG =
      """
      {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "num_hidden_layers": 1,
       "vocab_size": 10}
      """;

  @TempDir private Path folder;
  private RecipeRunner runner;

  @BeforeEach
  void write() {
    runner = new RecipeRunner(folder);
    tensors(new TinyModels(folder.resolve("base")), 0).write(CONFIG);
    tensors(new TinyModels(folder.resolve("tuned")), 1).write(CONFIG);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private static TinyModels tensors(TinyModels model, float change) {
    matrix(model, "model.embed_tokens.weight", 10, 6, change);
    for (String part : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
      matrix(model, LAYER + "self_attn." + part + ".weight", 6, 6, change);
      if (!part.equals("o_proj")) {
        vector(model, LAYER + "self_attn." + part + ".bias", 6, change);
      }
    }
    matrix(model, LAYER + "mlp.gate_proj.weight", 8, 6, change);
    matrix(model, LAYER + "mlp.up_proj.weight", 8, 6, change);
    matrix(model, LAYER + "mlp.down_proj.weight", 6, 8, change);
    vector(model, LAYER + "input_layernorm.weight", 6, change);
    vector(model, LAYER + "post_attention_layernorm.weight", 6, change);
    vector(model, "model.norm.weight", 6, change);
    matrix(model, "lm_head.weight", 10, 6, change);
    return model;
  }

  /** Values by the name, with a change of rank three. */
  private static void matrix(TinyModels model, String name, int rows, int columns, float change) {
    Random random = new Random(name.hashCode());
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    for (int k = 0; k < 3; k++) {
      double[] left = random.doubles(rows, -1, 1).toArray();
      double[] right = random.doubles(columns, -1, 1).toArray();
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (change * left[i / columns] * right[i % columns] / (1 << k));
      }
    }
    model.tensor(name, Shape.of(rows, columns), values);
  }

  private static void vector(TinyModels model, String name, int size, float change) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 1 + change * i;
    }
    model.tensor(name, Shape.of(size), values);
  }

  private ExtractionResult extract(ExtractionOptions options) {
    try (LocalObjectStore store = new LocalObjectStore(folder);
        Model model = runner.engine().open(ModelName.parse("./tuned"), Cancellation.NEVER);
        Model base = runner.engine().open(ModelName.parse("./base"), Cancellation.NEVER)) {
      ModelDraft draft =
          ModelDraft.open(new ObjectFolder(store, "lora/"), "a test", ModelDraft.Existing.REPLACE);
      return new AdapterExtraction(model, base, options, Cancellation.NEVER)
          .run(draft, "a test", Progress.Listener.NONE);
    }
  }

  private Map<String, float[]> merged() {
    return runner.merge(
        "merge_method: passthrough\nmodels: [{model: ./base+./lora}]\ndtype: float32\n");
  }

  private Map<String, float[]> tuned() {
    return TinyModels.read(folder.resolve("tuned"));
  }

  private JsonNode configuration() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("lora/adapter_config.json").toFile());
  }

  private Map<String, Shape> adapter() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    try (LocalObjectStore store = new LocalObjectStore(folder)) {
      for (TensorInfo info :
          SafetensorsTensorSource.openFile(
                  new ObjectFolder(store, "lora/"), AdapterExtraction.WEIGHTS)
              .tensors()
              .values()) {
        shapes.put(info.name(), info.shape());
      }
    }
    return shapes;
  }

  private static double distance(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += Math.pow(left[i] - right[i], 2);
    }
    return Math.sqrt(sum);
  }

  @Test
  void anAdapterOfTheFullRankGivesTheTunedModelBack() {
    for (boolean embeddings : new boolean[] {false, true}) {
      for (boolean distribute : new boolean[] {false, true}) {
        ExtractionResult result =
            extract(
                new ExtractionOptions(
                    128, distribute, embeddings, Set.of(), List.of(), List.of(), 0, false));
        assertThat(result.residual()).isLessThan(1e-6);
        Map<String, float[]> merged = merged();
        tuned()
            .forEach(
                (name, values) ->
                    assertThat(merged.get(name)).as(name).containsExactly(values, within(2e-5f)));
      }
    }
  }

  @Test
  void aCutRankLeavesTheTruncatedErrorAndNoMore() {
    ExtractionResult result = extract(ExtractionOptions.DEFAULTS.withMaximumRank(2));
    Map<String, float[]> merged = merged();
    Map<String, float[]> tuned = tuned();
    Map<String, float[]> base = TinyModels.read(folder.resolve("base"));
    double left = 0;
    double whole = 0;
    for (String name : tuned.keySet()) {
      if (name.contains("_proj.weight")) {
        left += Math.pow(distance(merged.get(name), tuned.get(name)), 2);
        whole += Math.pow(distance(base.get(name), tuned.get(name)), 2);
      }
    }
    assertThat(result.rank()).isEqualTo(2);
    assertThat(result.decomposed()).isEqualTo(7);
    assertThat(result.residual()).isGreaterThan(0.01);
    assertThat(Math.sqrt(left / whole)).isEqualTo(result.residual(), within(1e-5));
  }

  @Test
  void embeddingsHeadsAndNormsAreSavedWholeUnlessAskedOtherwise() throws IOException {
    ExtractionResult result = extract(ExtractionOptions.DEFAULTS.withMaximumRank(3));
    assertThat(adapter())
        .containsKeys(
            "base_model.model.model.embed_tokens.weight",
            "base_model.model.lm_head.weight",
            "base_model.model.model.norm.weight",
            "base_model.model." + LAYER + "input_layernorm.weight")
        .containsEntry("base_model.model." + QUERY + ".lora_A.weight", Shape.of(3, 6))
        .containsEntry("base_model.model." + QUERY + ".lora_B.weight", Shape.of(6, 3))
        .containsEntry("base_model.model." + QUERY + ".lora_B.bias", Shape.of(6));
    assertThat(result.saved()).isEqualTo(5);
    assertThat(configuration().path("modules_to_save"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "embed_tokens", "input_layernorm", "lm_head", "norm", "post_attention_layernorm");
    assertThat(configuration().path("r").asInt()).isEqualTo(3);
    assertThat(configuration().path("lora_bias").asBoolean()).isTrue();

    extract(new ExtractionOptions(3, true, true, Set.of("norm"), List.of(), List.of(), 0, true));
    assertThat(adapter())
        .containsEntry("base_model.model.model.embed_tokens.lora_embedding_A", Shape.of(3, 10))
        .containsEntry("base_model.model.model.embed_tokens.lora_embedding_B", Shape.of(6, 3))
        .containsEntry("base_model.model.lm_head.lora_A.weight", Shape.of(3, 6))
        .containsKey("base_model.model.model.norm.weight")
        .doesNotContainKey("base_model.model." + LAYER + "input_layernorm.weight");
  }

  @Test
  void smallSingularValuesAreDroppedAndEachModuleKeepsItsOwnRank() throws IOException {
    extract(new ExtractionOptions(128, true, false, Set.of(), List.of(), List.of(), 1e-4, false));
    // The changes are of rank three, with rounding noise after that.
    assertThat(configuration().path("r").asInt()).isEqualTo(3);
    extract(new ExtractionOptions(128, true, false, Set.of(), List.of(), List.of(), 1.0, false));
    JsonNode ranks = configuration().path("rank_pattern");
    assertThat(ranks.size()).isPositive();
    assertThat(configuration().path("alpha_pattern")).isEqualTo(ranks);
    merged();
  }

  @Test
  void patternsChooseWhatIsDecomposed() {
    extract(
        new ExtractionOptions(
            4,
            true,
            false,
            Set.of(),
            List.of(Pattern.compile("self_attn")),
            List.of(Pattern.compile("[kv]_proj"), Pattern.compile("embed|lm_head")),
            0,
            false));
    assertThat(adapter().keySet())
        .containsExactlyInAnyOrder(
            "base_model.model." + QUERY + ".lora_A.weight",
            "base_model.model." + QUERY + ".lora_B.weight",
            "base_model.model." + QUERY + ".lora_B.bias",
            "base_model.model." + LAYER + "self_attn.o_proj.lora_A.weight",
            "base_model.model." + LAYER + "self_attn.o_proj.lora_B.weight");
  }

  @Test
  void aModuleWithoutADifferenceGetsFactorsOfRankOneThatAreZero() {
    tensors(new TinyModels(folder.resolve("tuned")), 0).write(CONFIG);
    ExtractionResult result = extract(ExtractionOptions.DEFAULTS);
    assertThat(result.residual()).isZero();
    assertThat(result.rank()).isEqualTo(1);
    assertThat(merged().get(QUERY + ".weight")).isEqualTo(tuned().get(QUERY + ".weight"));
  }

  @Test
  void modelsThatDoNotFitAreRefusedTensorByTensor() {
    new TinyModels(folder.resolve("base"))
        .random(QUERY + ".weight", Shape.of(6, 7), 1)
        .write(CONFIG);
    MergefarmException failure =
        catchThrowableOfType(MergefarmException.class, () -> extract(ExtractionOptions.DEFAULTS));
    assertThat(failure.problems())
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .extracting(Problem::code, Problem::path)
        .contains(
            tuple(ErrorCode.SHAPE_MISMATCH, QUERY + ".weight"),
            tuple(ErrorCode.TENSOR_MISSING, LAYER + "mlp.up_proj.weight"));
  }
}
