package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Experts one by one and all of a layer in one tensor, as releases of transformers write them. */
class ExpertLayoutsTest {

  private static final int EXPERTS = 4;

  @TempDir private Path folder;

  private static String newerName(String name) {
    return name.replace("block_sparse_moe", "mlp")
        .replaceFirst("(experts\\.\\d+)\\.w1\\.", "$1.gate_proj.")
        .replaceFirst("(experts\\.\\d+)\\.w2\\.", "$1.down_proj.")
        .replaceFirst("(experts\\.\\d+)\\.w3\\.", "$1.up_proj.");
  }

  private static void fuse(EditedModel model) {
    model.rename(ExpertLayoutsTest::newerName);
    List<String> layers =
        model.tensors().keySet().stream()
            .filter(name -> name.endsWith(".mlp.experts.0.gate_proj.weight"))
            .map(name -> name.replace(".0.gate_proj.weight", ""))
            .toList();
    for (String layer : layers) {
      fuse(model, layer, "gate_up_proj", List.of("gate_proj", "up_proj"));
      fuse(model, layer, "down_proj", List.of("down_proj"));
    }
  }

  private static void fuse(EditedModel model, String layer, String name, List<String> matrices) {
    List<EditedModel.Tensor> parts = new ArrayList<>();
    for (int expert = 0; expert < EXPERTS; expert++) {
      for (String matrix : matrices) {
        parts.add(model.tensors().remove(layer + "." + expert + "." + matrix + ".weight"));
      }
    }
    Shape one = parts.getFirst().shape();
    Shape shape = Shape.of(EXPERTS, one.dimension(0) * matrices.size(), one.dimension(1));
    model.tensors().put(layer + "." + name, EditedModel.Tensor.joined(shape, parts));
  }

  private static LogitsProbe load(GoldenModel golden) {
    try (Model model = golden.open()) {
      return LogitsProbe.load(
          model,
          ModelOptions.onCpu(ComputeType.FLOAT32),
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
  }

  private static void assertSameModel(GoldenModel changed, GoldenModel golden) {
    try (LogitsProbe probe = load(changed);
        LogitsProbe expected = load(golden)) {
      assertThat(probe.warnings()).extracting(Problem::describe).isEmpty();
      int[] tokens = golden.sequences().getLast();
      assertThat(probe.logits(tokens)).isDeepEqualTo(expected.logits(tokens));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixtral", "qwen2-moe", "qwen3-moe"})
  void expertsInOneTensorAreTheSameModel(String name) throws IOException {
    EditedModel model = new EditedModel(GoldenModel.named(name));
    fuse(model);

    assertSameModel(model.write(folder.resolve(name)), GoldenModel.named(name));
  }

  @Test
  void mixtralMayUseTheNewerNamesForSingleExperts() throws IOException {
    EditedModel model = new EditedModel(GoldenModel.named("mixtral"));
    model.rename(ExpertLayoutsTest::newerName);

    assertSameModel(model.write(folder.resolve("renamed")), GoldenModel.named("mixtral"));
  }

  @Test
  void deepSeekWithNormalisedSharesComputesWhatMixtralDoes() throws IOException {
    EditedModel model = new EditedModel(GoldenModel.named("mixtral"));
    model.rename(ExpertLayoutsTest::newerName);
    model
        .configuration()
        .put("model_type", "deepseek")
        .put("n_routed_experts", EXPERTS)
        .put("norm_topk_prob", true)
        .put("scoring_func", "softmax")
        .put("moe_intermediate_size", 80)
        .remove(List.of("num_local_experts", "sliding_window"));

    assertSameModel(model.write(folder.resolve("deepseek")), GoldenModel.named("mixtral"));
  }

  @Test
  void deepSeekAddsItsSharedExpertsWithoutAGate() throws IOException {
    EditedModel gated = new EditedModel(GoldenModel.named("qwen2-moe"));
    gated.tensors().replaceAll((name, tensor) -> isGate(name) ? tensor.times(0) : tensor);
    GoldenModel expected = gated.write(folder.resolve("qwen"));

    EditedModel model = new EditedModel(expected);
    model.tensors().keySet().removeIf(ExpertLayoutsTest::isGate);
    // A gate of zeros lets half of the shared expert's output through.
    model
        .tensors()
        .replaceAll((name, tensor) -> isShared(name, "down_proj") ? tensor.times(0.5f) : tensor);
    model.rename(name -> name.replace(".shared_expert.", ".shared_experts."));
    addOutputBiases(model);
    model
        .configuration()
        .put("model_type", "deepseek")
        .put("n_routed_experts", EXPERTS)
        .put("n_shared_experts", 1)
        .put("moe_layer_freq", 2)
        .put("attention_bias", true)
        .put("norm_topk_prob", false);
    cutSharedExperts(model);
    model.configuration().remove(QWEN_KEYS);
    try (LogitsProbe probe = load(model.write(folder.resolve("deepseek")));
        LogitsProbe other = load(cutSharedExperts(gated).write(folder.resolve("cut")))) {
      assertThat(probe.warnings()).extracting(Problem::describe).isEmpty();
      int[] tokens = GoldenModel.named("qwen2-moe").sequences().getLast();
      assertThat(probe.logits(tokens)).isDeepEqualTo(other.logits(tokens));
    }
  }

  private static final List<String> QWEN_KEYS =
      List.of(
          "num_experts",
          "decoder_sparse_step",
          "mlp_only_layers",
          "qkv_bias",
          "layer_types",
          "sliding_window",
          "use_sliding_window",
          "max_window_layers",
          "shared_expert_intermediate_size");

  private static boolean isGate(String name) {
    return name.endsWith(".shared_expert_gate.weight");
  }

  private static boolean isShared(String name, String matrix) {
    return name.contains(".shared_expert") && name.endsWith(matrix + ".weight");
  }

  /** DeepSeek's shared experts are as wide as the routed ones: 40 of the golden's 56 are kept. */
  private static EditedModel cutSharedExperts(EditedModel model) {
    model
        .tensors()
        .replaceAll(
            (name, tensor) -> {
              if (isShared(name, "gate_proj") || isShared(name, "up_proj")) {
                return tensor.topLeft(40, 48);
              }
              return isShared(name, "down_proj") ? tensor.topLeft(48, 40) : tensor;
            });
    model.configuration().put("shared_expert_intermediate_size", 40);
    return model;
  }

  private static void addOutputBiases(EditedModel model) {
    for (String name : List.copyOf(model.tensors().keySet())) {
      if (name.endsWith("o_proj.weight")) {
        model
            .tensors()
            .put(
                name.replace(".weight", ".bias"),
                new EditedModel.Tensor(Shape.of(48), new byte[4 * 48]));
      }
    }
  }

  @Test
  void fusedExpertsOfAnOddHeightAreReportedAsMissing() throws IOException {
    EditedModel model = new EditedModel(GoldenModel.named("qwen3-moe"));
    fuse(model);
    String name = "model.layers.0.mlp.experts.gate_up_proj";
    Shape shape = model.tensors().get(name).shape();
    long elements = shape.elements();
    model
        .tensors()
        .put(
            name,
            new EditedModel.Tensor(
                Shape.of(elements / 3, 3, 1), model.tensors().get(name).bytes()));
    GoldenModel broken = model.write(folder.resolve("broken"));

    MergefarmException failure =
        catchThrowableOfType(MergefarmException.class, () -> load(broken).close());

    assertThat(failure.problems())
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .isNotEmpty()
        .allMatch(problem -> problem.code() == ErrorCode.TENSOR_MISSING);
  }
}
