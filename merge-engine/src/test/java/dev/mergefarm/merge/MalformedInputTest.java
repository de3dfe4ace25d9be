package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Recipes and model files that are not what they should be: each is refused from headers alone,
 * with its code. A recipe of {@code malformed/} says its code in its first line; models are sound
 * ones with one thing broken.
 */
class MalformedInputTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path RECIPES = Path.of("src/test/resources/malformed");
  private static final String SAYS_ITS_CODE = "# refused with ";

  @TempDir private Path folder;
  private final MergeEngine engine =
      new MergeEngine(
          DefaultModelRepository.builder().localPaths(GOLDEN).build(), new MergeSettings(1));

  @AfterEach
  void close() {
    engine.close();
  }

  static List<String> recipes() throws IOException {
    try (Stream<Path> files = Files.list(RECIPES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recipes")
  void aMalformedRecipeIsRefusedWithItsCode(String name) throws IOException {
    String text = Files.readString(RECIPES.resolve(name));
    String first = text.lines().findFirst().orElseThrow();
    assertThat(first).startsWith(SAYS_ITS_CODE);
    ErrorCode code = ErrorCode.valueOf(first.substring(SAYS_ITS_CODE.length()));

    assertRefused(text, code);
  }

  private void assertRefused(String recipe, ErrorCode code) {
    RecipeCheck check = engine.validate(recipe, MergeOptions.DEFAULTS);
    assertThat(check.plan()).isEmpty();
    assertThat(check.problems())
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .extracting(Problem::code)
        .contains(code);
  }

  /** Breaks a copy of a sound model. */
  private interface Breaking {
    void apply(Path model) throws IOException;
  }

  private static Arguments model(String title, ErrorCode code, Breaking breaking) {
    return Arguments.of(title, code, breaking);
  }

  static Stream<Arguments> models() {
    return Stream.of(files(), tensors(), indices()).flatMap(cases -> cases);
  }

  private static Stream<Arguments> files() {
    return Stream.of(
        model(
            "no configuration",
            ErrorCode.MODEL_INCOMPLETE,
            model -> Files.delete(model.resolve("config.json"))),
        model(
            "a configuration that is no JSON",
            ErrorCode.MALFORMED_JSON,
            model -> Files.writeString(model.resolve("config.json"), "{\"model_type\": ")),
        model(
            "a configuration that is a list",
            ErrorCode.MALFORMED_JSON,
            model -> Files.writeString(model.resolve("config.json"), "[]")),
        model(
            "a configuration with a key twice",
            ErrorCode.MALFORMED_JSON,
            model -> Files.writeString(model.resolve("config.json"), "{\"a\": 1, \"a\": 2}")),
        model(
            "a configuration of two architectures",
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            model ->
                Files.writeString(
                    model.resolve("config.json"), "{\"architectures\": [\"A\", \"B\"]}")),
        model(
            "no weights",
            ErrorCode.MODEL_INCOMPLETE,
            model -> Files.delete(model.resolve("model.safetensors"))),
        model(
            "a torch file that is none",
            ErrorCode.MALFORMED_TENSOR_FILE,
            model -> {
              Files.delete(model.resolve("model.safetensors"));
              Files.writeString(model.resolve("pytorch_model.bin"), "not a zip file");
            }));
  }

  private static Stream<Arguments> tensors() {
    return Stream.of(
        weights("an empty file", bytes -> new byte[0]),
        weights("a file cut in half", bytes -> Arrays.copyOf(bytes, bytes.length / 2)),
        weights("a file cut in its header", bytes -> Arrays.copyOf(bytes, 40)),
        weights("bytes after the end", bytes -> Arrays.copyOf(bytes, bytes.length + 1)),
        weights("a header of no end", bytes -> withLength(bytes, Long.MAX_VALUE)),
        weights("a header of negative length", bytes -> withLength(bytes, -1)),
        weights("a header that is no JSON", bytes -> replaced(bytes, "{", "<")),
        weights(
            "a shape that does not fit its bytes", bytes -> replaced(bytes, "[96,32]", "[96,31]")),
        model(
            "an unknown element type",
            ErrorCode.UNSUPPORTED_DTYPE,
            model -> change(model, bytes -> replaced(bytes, "\"F32\"", "\"F12\""))),
        model(
            "a tensor under another name",
            ErrorCode.TENSOR_MISSING,
            model ->
                change(model, bytes -> replaced(bytes, "model.norm.weight", "model.morn.weight"))),
        model(
            "a tensor of another shape",
            ErrorCode.SHAPE_MISMATCH,
            model -> change(model, bytes -> replaced(bytes, "[32,32]", "[16,64]"))));
  }

  private static Stream<Arguments> indices() {
    return Stream.of(
        model(
            "an index that is no JSON",
            ErrorCode.MALFORMED_JSON,
            model -> Files.writeString(model.resolve("model.safetensors.index.json"), "{")),
        model(
            "an index without a map",
            ErrorCode.MALFORMED_JSON,
            model -> Files.writeString(model.resolve("model.safetensors.index.json"), "{}")),
        model(
            "an index of a file that is not there",
            ErrorCode.MODEL_INCOMPLETE,
            model -> index(model, "model-00001-of-00001.safetensors")),
        model(
            "an index that leaves the folder",
            ErrorCode.MALFORMED_JSON,
            model -> index(model, "../math/model.safetensors")),
        model(
            "an index of a tensor that its file lacks",
            ErrorCode.MODEL_INCOMPLETE,
            model ->
                Files.writeString(
                    model.resolve("model.safetensors.index.json"),
                    "{\"weight_map\": {\"model.absent\": \"model.safetensors\"}}")));
  }

  private static Arguments weights(String title, UnaryOperator<byte[]> change) {
    return model(title, ErrorCode.MALFORMED_TENSOR_FILE, model -> change(model, change));
  }

  private static void change(Path model, UnaryOperator<byte[]> change) throws IOException {
    Path file = model.resolve("model.safetensors");
    Files.write(file, change.apply(Files.readAllBytes(file)));
  }

  private static byte[] withLength(byte[] file, long length) {
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    return file;
  }

  /** The first place of a text in the file replaced by one as long. */
  private static byte[] replaced(byte[] file, String text, String replacement) {
    int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(text);
    byte[] bytes = replacement.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, file, at, bytes.length);
    return file;
  }

  private static void index(Path model, String file) throws IOException {
    Files.writeString(
        model.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"model.norm.weight\": \"%s\"}}".formatted(file));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void aMalformedModelIsRefusedWithItsCode(String title, ErrorCode code, Breaking breaking)
      throws IOException {
    Path model = copyOfASoundModel();
    breaking.apply(model);

    assertRefused(
        """
        merge_method: linear
        models:
        - {model: models/code, parameters: {weight: 0.5}}
        - {model: %s, parameters: {weight: 0.5}}
        """
            .formatted(model.toAbsolutePath()),
        code);
  }

  private Path copyOfASoundModel() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve("models/math").resolve(file), model.resolve(file));
    }
    return model;
  }

  static Stream<Arguments> adapters() {
    String sound = "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 1}";
    return Stream.of(
        Arguments.of("no JSON", ErrorCode.MALFORMED_JSON, "{", 32L),
        Arguments.of(
            "of another kind", ErrorCode.UNSUPPORTED_ADAPTER, sound.replace("LORA", "IA3"), 32L),
        Arguments.of(
            "with magnitudes",
            ErrorCode.UNSUPPORTED_ADAPTER,
            sound.replace("}", ", \"use_dora\": true}"),
            32L),
        Arguments.of(
            "of another rank",
            ErrorCode.UNSUPPORTED_ADAPTER,
            sound.replace("\"r\": 1", "\"r\": 2"),
            32L),
        Arguments.of("of another size", ErrorCode.UNSUPPORTED_ADAPTER, sound, 31L));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("adapters")
  void aMalformedAdapterIsRefusedWithItsCode(
      String title, ErrorCode code, String configuration, long inputs) {
    String module = "base_model.model.model.layers.0.self_attn.q_proj.";
    new TinyModels(folder.resolve("adapter"))
        .tensor(module + "lora_A.weight", Shape.of(1, inputs), new float[(int) inputs])
        .tensor(module + "lora_B.weight", Shape.of(32, 1), new float[32])
        .write("adapter_model.safetensors", "adapter_config.json", configuration);
    assertRefused(
        "merge_method: passthrough\nmodels: [{model: models/code+%s}]\n"
            .formatted(folder.resolve("adapter").toAbsolutePath()),
        code);
  }

  @Test
  void theSoundModelAndAdapterThatTheOthersAreMadeOfAreNotRefused() throws IOException {
    Path model = copyOfASoundModel();
    RecipeCheck check =
        engine.validate(
            "merge_method: passthrough\nmodels: [{model: %s}]\n".formatted(model.toAbsolutePath()),
            MergeOptions.DEFAULTS);
    assertThat(check.plan()).isPresent();
  }
}
