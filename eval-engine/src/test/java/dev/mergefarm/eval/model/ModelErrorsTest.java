package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that cannot be run, and what the user is told. */
class ModelErrorsTest {

  @TempDir Path folder;

  private MergefarmException loading(String golden, Consumer<ObjectNode> change)
      throws IOException {
    Path copy = folder.resolve("model");
    Files.createDirectories(copy);
    Path source = GoldenModel.named(golden).folder();
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    ObjectMapper mapper = new ObjectMapper();
    Path config = copy.resolve("config.json");
    ObjectNode root = (ObjectNode) mapper.readTree(config.toFile());
    change.accept(root);
    mapper.writeValue(config.toFile(), root);
    try (Model model = GoldenModel.open(copy)) {
      return catchThrowableOfType(
          MergefarmException.class,
          () ->
              LogitsProbe.load(
                  model,
                  ModelOptions.onCpu(ComputeType.FLOAT32),
                  Progress.Listener.NONE,
                  Cancellation.NEVER));
    }
  }

  private static List<String> paths(MergefarmException e, ErrorCode code) {
    return e.problems().stream()
        .filter(problem -> problem.code() == code)
        .map(Problem::path)
        .toList();
  }

  @Test
  void aModelWithoutTokenizerIsIncomplete() {
    try (Model model = GoldenModel.named("llama").open()) {
      MergefarmException e =
          catchThrowableOfType(
              MergefarmException.class,
              () ->
                  ModelLoader.load(
                      model,
                      ModelOptions.onCpu(ComputeType.FLOAT32),
                      Progress.Listener.NONE,
                      Cancellation.NEVER));
      assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INCOMPLETE);
      assertThat(e).hasMessageContaining("tokenizer.json");
    }
  }

  @Test
  void anUnknownModelTypeNamesTheKeyAndTheNearestKnownOne() throws IOException {
    MergefarmException e = loading("llama", config -> config.put("model_type", "lama"));
    assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_ARCHITECTURE);
    assertThat(e.problems().getFirst().path()).isEqualTo("config.json: model_type");
    assertThat(e.problems().getFirst().suggestion()).contains("llama");
  }

  @Test
  void allThatIsUnknownInAConfigurationIsListedAtOnce() throws IOException {
    MergefarmException e =
        loading(
            "llama",
            config -> {
              config.put("hidden_act", "swoosh");
              config.putObject("rope_scaling").put("rope_type", "spiral").put("factor", 2);
              config.putObject("quantization_config").put("bits", 4);
              config.put("num_key_value_heads", 3);
            });
    assertThat(paths(e, ErrorCode.UNSUPPORTED_ARCHITECTURE))
        .containsExactlyInAnyOrder(
            "config.json: hidden_act",
            "config.json: rope_scaling.rope_type",
            "config.json: quantization_config",
            "config.json: num_key_value_heads");
  }

  @Test
  void unknownLayerTypesAreRefused() throws IOException {
    MergefarmException e =
        loading(
            "qwen2",
            config ->
                config
                    .putArray("layer_types")
                    .add("full_attention")
                    .add("linear_attention")
                    .add("full_attention"));
    assertThat(paths(e, ErrorCode.UNSUPPORTED_ARCHITECTURE))
        .containsExactly("config.json: layer_types");
  }

  @Test
  void valuesOfTheWrongTypeAreListedAtOnce() throws IOException {
    MergefarmException e =
        loading(
            "llama",
            config -> {
              config.put("hidden_size", "many");
              config.put("num_hidden_layers", -1);
              config.put("rms_norm_eps", 0);
              config.remove("vocab_size");
            });
    assertThat(paths(e, ErrorCode.INVALID_VALUE))
        .contains(
            "config.json: hidden_size",
            "config.json: num_hidden_layers",
            "config.json: rms_norm_eps");
    assertThat(paths(e, ErrorCode.MISSING_KEY)).containsExactly("config.json: vocab_size");
  }

  @Test
  void everyMissingWeightIsListed() throws IOException {
    MergefarmException e = loading("llama", config -> config.put("num_hidden_layers", 4));
    assertThat(e.code()).isEqualTo(ErrorCode.TENSOR_MISSING);
    assertThat(paths(e, ErrorCode.TENSOR_MISSING))
        .hasSize(9)
        .allMatch(name -> name.startsWith("model.layers.3."));
  }

  @Test
  void everyWrongShapeIsListed() throws IOException {
    MergefarmException e = loading("llama", config -> config.put("intermediate_size", 81));
    assertThat(paths(e, ErrorCode.SHAPE_MISMATCH)).hasSize(9);
    assertThat(e).hasMessageContaining("[80, 48]").hasMessageContaining("[81, 48]");
  }

  @Test
  void anUnknownKeyIsAWarning() throws IOException {
    Path copy = folder.resolve("odd");
    Files.createDirectories(copy);
    Path source = GoldenModel.named("llama").folder();
    Files.copy(source.resolve("model.safetensors"), copy.resolve("model.safetensors"));
    String config = Files.readString(source.resolve("config.json"));
    Files.writeString(
        copy.resolve("config.json"), config.replaceFirst("\\{", "{\"turbo_mode\": true,"));
    try (Model model = GoldenModel.open(copy);
        LogitsProbe probe =
            LogitsProbe.load(
                model,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      assertThat(probe.warnings())
          .extracting(Problem::path)
          .containsExactly("config.json: turbo_mode");
    }
  }

  @Test
  void aConfigurationThatIsNotJsonIsSaidToBe() throws IOException {
    Path copy = folder.resolve("broken");
    Files.createDirectories(copy);
    Path source = GoldenModel.named("llama").folder();
    Files.copy(source.resolve("model.safetensors"), copy.resolve("model.safetensors"));
    Files.writeString(copy.resolve("config.json"), "{\"model_type\": ");
    try (Model model = GoldenModel.open(copy)) {
      MergefarmException e =
          catchThrowableOfType(
              MergefarmException.class,
              () ->
                  LogitsProbe.load(
                      model,
                      ModelOptions.onCpu(ComputeType.FLOAT32),
                      Progress.Listener.NONE,
                      Cancellation.NEVER));
      assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_JSON);
    }
  }
}
