package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layout of rotary settings before version 5 of transformers means the same as the new one. */
class ConfigurationLayoutsTest {

  @TempDir Path folder;

  private void assertSameLogits(GoldenModel golden, Consumer<ObjectNode> toOldLayout)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Path copy = Files.createDirectories(folder.resolve(golden.toString()));
    Files.copy(golden.folder().resolve("model.safetensors"), copy.resolve("model.safetensors"));
    ObjectNode root = (ObjectNode) mapper.readTree(golden.folder().resolve("config.json").toFile());
    toOldLayout.accept(root);
    root.remove("rope_parameters");
    mapper.writeValue(copy.resolve("config.json").toFile(), root);
    int[] tokens = golden.sequences().getLast();
    assertThat(logits(new GoldenModel(copy), tokens)).isDeepEqualTo(logits(golden, tokens));
  }

  private static float[][] logits(GoldenModel golden, int[] tokens) {
    try (Model model = golden.open();
        LogitsProbe probe =
            LogitsProbe.load(
                model,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      return probe.logits(tokens);
    }
  }

  @Test
  void scalingBesideTheBase() throws IOException {
    assertSameLogits(
        GoldenModel.named("llama-bias-yarn"),
        config -> {
          config.put("rope_theta", 10000.0);
          config
              .putObject("rope_scaling")
              .put("type", "yarn")
              .put("factor", 4.0)
              .put("original_max_position_embeddings", 64);
        });
  }

  @Test
  void theLlama3ScalingBesideTheBase() throws IOException {
    assertSameLogits(
        GoldenModel.named("llama3-rope"),
        config -> {
          config.put("rope_theta", 500000.0);
          config
              .putObject("rope_scaling")
              .put("rope_type", "llama3")
              .put("factor", 8.0)
              .put("low_freq_factor", 1.0)
              .put("high_freq_factor", 4.0)
              .put("original_max_position_embeddings", 64);
        });
  }

  @Test
  void theShareOfAHeadByItsOldNames() throws IOException {
    assertSameLogits(
        GoldenModel.named("gpt-neox"),
        config -> config.put("rotary_pct", 0.25).put("rotary_emb_base", 10000));
    assertSameLogits(
        GoldenModel.named("stablelm"),
        config -> config.put("partial_rotary_factor", 0.5).put("rope_theta", 10000.0));
  }

  @Test
  void aBaseForEachTypeOfLayer() throws IOException {
    assertSameLogits(
        GoldenModel.option("gemma3-mix"),
        config -> {
          config.put("rope_theta", 1e6).put("rope_local_base_freq", 5000.0);
          config.putObject("rope_scaling").put("rope_type", "linear").put("factor", 8.0);
        });
  }
}
