package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.storage.model.DefaultModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadRecipeTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private final MergeEngine engine =
      new MergeEngine(
          DefaultModelRepository.builder().localPaths(GOLDEN).build(), new MergeSettings(1));

  @AfterEach
  void close() {
    engine.close();
  }

  private List<Problem> problems(String yaml) {
    return engine.validate(yaml, MergeOptions.DEFAULTS).problems();
  }

  private static final String LINEAR =
      """
      merge_method: linear
      models:
      - model: models/code
        parameters: {weight: 0.5}
      - model: models/math
        parameters: {weight: 0.5}
      """;

  @Test
  void aGoodRecipeHasAPlanAndNoProblems() {
    RecipeCheck check = engine.validate(LINEAR + "dtype: float32\n", MergeOptions.DEFAULTS);
    assertThat(check.problems()).isEmpty();
    assertThat(check.planOrThrow().summary().tensors()).isEqualTo(57);
    assertThat(check.planOrThrow().summary().architecture()).isEqualTo("LlamaForCausalLM");
    assertThat(check.planOrThrow().summary().bytesIn()).isEqualTo(2 * 210_560);
    assertThat(check.planOrThrow().summary().bytesOut()).isEqualTo(210_560);
  }

  @Test
  void everyProblemOfARecipeIsReportedAtOnce() {
    String yaml =
        """
        merge_method: linaer
        modles: 3
        models:
        - model: models/cod
          parameters: {weight: .nan}
        - model: models/math
          paramters: {weight: 0.5}
        dtype: flaot32
        """;
    assertThat(problems(yaml))
        .extracting(Problem::code, Problem::path, problem -> problem.suggestion().orElse(""))
        .containsExactlyInAnyOrder(
            tuple(ErrorCode.INVALID_VALUE, "models[0].parameters.weight", ""),
            tuple(ErrorCode.UNKNOWN_KEY, "models[1].paramters", "parameters"),
            tuple(ErrorCode.INVALID_VALUE, "dtype", "float32"),
            tuple(ErrorCode.UNKNOWN_KEY, "modles", "models"),
            tuple(ErrorCode.UNKNOWN_METHOD, "merge_method", "linear"),
            tuple(ErrorCode.MODEL_NOT_FOUND, "models[0].model", "models/code"));
  }

  @Test
  void unknownKeysOnlyWarnWhenReadAsMergekitDoes() {
    MergeOptions lenient = MergeOptions.DEFAULTS.withCompatibility(Compatibility.MERGEKIT);
    RecipeCheck check = engine.validate(LINEAR + "colour: red\n", lenient);
    assertThat(check.plan()).isPresent();
    assertThat(check.problems())
        .extracting(Problem::code, Problem::severity, Problem::path)
        .containsExactly(tuple(ErrorCode.UNKNOWN_KEY, Problem.Severity.WARNING, "colour"));
  }

  @Test
  void aParameterOfAnotherMethodWarnsAndAnUnheardOfOneIsRefused() {
    assertThat(problems(LINEAR + "parameters: {density: 0.5, normalise: true}\n"))
        .extracting(Problem::code, Problem::severity, Problem::path)
        .containsExactlyInAnyOrder(
            tuple(ErrorCode.UNKNOWN_KEY, Problem.Severity.WARNING, "parameters.density"),
            tuple(ErrorCode.UNKNOWN_KEY, Problem.Severity.ERROR, "parameters.normalise"));
  }

  @Test
  void aMissingWeightIsReportedForEachModelThatLacksIt() {
    assertThat(
            problems(
                """
                merge_method: linear
                models:
                - model: models/code
                - model: models/math
                """))
        .extracting(Problem::code, Problem::path)
        .containsExactly(
            tuple(ErrorCode.MISSING_KEY, "models[0].parameters.weight"),
            tuple(ErrorCode.MISSING_KEY, "models[1].parameters.weight"));
  }

  @Test
  void layersBeyondTheModelAndEmptyRangesAreOutOfRange() {
    assertThat(
            problems(
                """
                merge_method: passthrough
                slices:
                - sources:
                  - {model: models/code, layer_range: [0, 7]}
                - sources:
                  - {model: models/code, layer_range: [4, 2]}
                """))
        .extracting(Problem::code, Problem::path)
        .containsExactlyInAnyOrder(
            tuple(ErrorCode.LAYER_OUT_OF_RANGE, "slices[0].sources[0].layer_range"),
            tuple(ErrorCode.LAYER_OUT_OF_RANGE, "slices[1].sources[0].layer_range"));
  }

  @Test
  void slicesOfUnequalLengthAreRefused() {
    assertThat(
            problems(
                """
                merge_method: linear
                parameters: {weight: 1}
                slices:
                - sources:
                  - {model: models/code, layer_range: [0, 6]}
                  - {model: models/math, layer_range: [0, 5]}
                """))
        .extracting(Problem::message)
        .containsExactly("All inputs to a slice must contain the same number of layers.");
  }

  @Test
  void modelsOfDifferentShapesAreRefusedTensorByTensor() {
    List<Problem> problems =
        problems(
            """
            merge_method: linear
            parameters: {weight: 1}
            models:
            - model: models/code
            - model: models/tok-base
            """);
    assertThat(problems)
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.SHAPE_MISMATCH, "models[1]"));
  }

  @Test
  void aBaseModelIsDemandedWhereTheMethodNeedsOne() {
    assertThat(
            problems(
                """
                merge_method: ties
                models:
                - model: models/code
                  parameters: {weight: 1}
                """))
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.MISSING_KEY, "base_model"));
  }

  @Test
  void slerpOfThreeModelsIsRefused() {
    assertThat(
            problems(
                """
                merge_method: slerp
                base_model: models/base
                models:
                - model: models/code
                - model: models/math
                parameters: {t: 0.5}
                """))
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.INVALID_VALUE, "models"));
  }

  @Test
  void aModelThatLacksATensorIsNamed(@TempDir Path folder) throws IOException {
    Path broken = folder.resolve("broken");
    Files.createDirectories(broken);
    for (String file : List.of("config.json")) {
      Files.copy(GOLDEN.resolve("models/code").resolve(file), broken.resolve(file));
    }
    byte[] tensors = Files.readAllBytes(GOLDEN.resolve("models/code/model.safetensors"));
    String name = "model.norm.weight";
    int at = new String(tensors, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(name);
    tensors[at + 6] = 'm';
    Files.write(broken.resolve("model.safetensors"), tensors);
    List<Problem> problems =
        problems(LINEAR.replace("models/math", broken.toAbsolutePath().toString()));
    assertThat(problems)
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.TENSOR_MISSING, name));
  }

  @Test
  void aTruncatedCheckpointIsRefusedWhereItIsNamed(@TempDir Path folder) throws IOException {
    Files.copy(GOLDEN.resolve("models/code/config.json"), folder.resolve("config.json"));
    byte[] tensors = Files.readAllBytes(GOLDEN.resolve("models/code/model.safetensors"));
    Files.write(
        folder.resolve("model.safetensors"), java.util.Arrays.copyOf(tensors, tensors.length / 2));
    assertThat(problems(LINEAR.replace("models/math", folder.toAbsolutePath().toString())))
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.MALFORMED_TENSOR_FILE, "models[1].model"));
  }

  @Test
  void whatIsNotYamlIsRefusedWithLineAndColumn() {
    List<Problem> problems = problems("merge_method: [linear\nmodels: }");
    assertThat(problems).extracting(Problem::code).containsExactly(ErrorCode.YAML_SYNTAX);
    assertThat(problems.getFirst().message()).contains("line 2");
  }

  @Test
  void emptyAndScalarDocumentsAreRefused() {
    assertThat(problems("")).extracting(Problem::code).containsExactly(ErrorCode.MISSING_KEY);
    assertThat(problems("hello"))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.INVALID_VALUE);
  }

  @Test
  void fiftyMegabytesOfYamlAreRefusedUnread() {
    assertThat(problems("a: 1\n".repeat(10 << 20)))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.YAML_LIMIT);
  }

  @Test
  void anAliasBombIsRefused() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      yaml.append("a%d: &a%d [%s]\n".formatted(i, i, "*a%d, ".formatted(i - 1).repeat(10)));
    }
    assertThat(problems(yaml.toString()))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.YAML_LIMIT);
  }

  @Test
  void deepNestingAndCirclesAreRefused() {
    assertThat(problems("a: " + "[".repeat(5000) + "]".repeat(5000)))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.YAML_LIMIT);
    assertThat(problems("&a [*a]")).extracting(Problem::code).containsExactly(ErrorCode.YAML_LIMIT);
  }

  @Test
  void aTagThatNamesATypeIsRefused() {
    assertThat(problems("merge_method: !!javax.script.ScriptEngineManager [x]\n" + LINEAR))
        .isNotEmpty();
  }

  @Test
  void aKeyThatIsThereTwiceIsRefused() {
    assertThat(problems(LINEAR + "merge_method: slerp\n"))
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.INVALID_VALUE, "merge_method"));
  }

  @Test
  void anUnwrappedFilterIsExplained() {
    assertThat(
            problems(
                """
                merge_method: linear
                parameters: {weight: {filter: mlp, value: 1}}
                models: [{model: models/code}]
                """))
        .extracting(Problem::path)
        .contains("parameters.weight");
  }

  @Test
  void exactlyOneFormOfContentIsDemanded() {
    assertThat(problems("merge_method: linear\nmodels: []\n"))
        .extracting(Problem::message)
        .containsExactly("Exactly one of 'models', 'slices', or 'modules' must be present.");
  }

  @Test
  void circlesAndDoubleNamesInAStreamAreRefused() {
    String circle =
        """
        name: a
        merge_method: passthrough
        models: [{model: b}]
        ---
        name: b
        merge_method: passthrough
        models: [{model: a}]
        """;
    assertThat(problems(circle)).extracting(Problem::message).anyMatch(m -> m.contains("Circular"));
    String twice =
        """
        name: a
        merge_method: passthrough
        models: [{model: models/code}]
        ---
        name: a
        merge_method: passthrough
        models: [{model: models/code}]
        """;
    assertThat(problems(twice)).extracting(Problem::path).contains("documents[1].name");
  }

  @Test
  void sizesThatNoMachineCouldHoldAreRefused() {
    assertThat(problems(LINEAR + "tokenizer: {source: base, pad_to_multiple_of: 2000000000}\n"))
        .extracting(Problem::path)
        .contains("tokenizer.pad_to_multiple_of");
    String slices = "- sources: [{model: models/code, layer_range: [0, 6]}]\n".repeat(1700);
    assertThat(problems("merge_method: passthrough\nslices:\n" + slices))
        .extracting(Problem::code, Problem::path)
        .containsExactly(tuple(ErrorCode.LAYER_OUT_OF_RANGE, "slices"));
    StringBuilder models = new StringBuilder("merge_method: uniform_soup\nmodels:\n");
    for (int i = 0; i < 300; i++) {
      models.append("- {model: models/m").append(i).append("}\n");
    }
    assertThat(problems(models.toString())).hasSize(1);
  }

  @Test
  void anUnlistedBaseNeedsAWeightWhereItIsMergedLikeAnyOtherModel() {
    assertThat(problems(LINEAR + "base_model: models/base\n"))
        .extracting(Problem::code, Problem::path)
        .contains(tuple(ErrorCode.MISSING_KEY, "base_model.weight"));
    assertThat(problems(LINEAR + "base_model: models/base\nparameters: {weight: 1}\n"))
        .extracting(Problem::severity)
        .containsExactly(Problem.Severity.WARNING);
  }
}
