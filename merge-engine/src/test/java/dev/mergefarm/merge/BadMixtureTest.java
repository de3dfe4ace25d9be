package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BadMixtureTest {

  private static final String EXPERTS =
      """
      experts:
      - {source_model: ./a, positive_prompts: [one]}
      - {source_model: ./b, positive_prompts: [two]}
      """;

  @TempDir private Path folder;
  private MixtureRunner runner;

  @BeforeEach
  void write() {
    runner = new MixtureRunner(folder);
    runner.write("base", "llama", 1);
    runner.write("a", "llama", 2);
    runner.write("b", "llama", 3);
    runner.write("other", "qwen2", 4);
    runner.write("third", "qwen3", 5);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  static Stream<Arguments> recipes() {
    String base = "base_model: ./base\n" + EXPERTS;
    return Stream.of(
        bad("nothing", "", ErrorCode.MISSING_KEY, ""),
        bad("a list", "[1]", ErrorCode.INVALID_VALUE, ""),
        bad("two documents", base + "---\n" + base, ErrorCode.INVALID_VALUE, ""),
        bad("no base", EXPERTS, ErrorCode.MISSING_KEY, "base_model"),
        bad("no experts", "base_model: ./base\n", ErrorCode.MISSING_KEY, "experts"),
        bad("an unknown key", base + "gates: hidden\n", ErrorCode.UNKNOWN_KEY, "gates"),
        bad("no such mode", base + "gate_mode: hiden\n", ErrorCode.INVALID_VALUE, "gate_mode"),
        bad("no such type", base + "dtype: int4\n", ErrorCode.INVALID_VALUE, "dtype"),
        bad(
            "no expert for a token",
            base + "experts_per_token: 0\n",
            ErrorCode.INVALID_VALUE,
            "experts_per_token"),
        bad(
            "more per token than there are",
            base + "experts_per_token: 3\n",
            ErrorCode.INVALID_VALUE,
            "experts_per_token"),
        bad(
            "an expert without prompts",
            "base_model: ./base\nexperts: [{source_model: ./a, positive_prompts: [one]},"
                + " {source_model: ./b}]\n",
            ErrorCode.MISSING_KEY,
            "experts[1].positive_prompts"),
        bad(
            "prompts that are the same",
            base.replace("two", "one"),
            ErrorCode.INVALID_VALUE,
            "experts"),
        bad("one model for all", base.replace("./b,", "./a,"), ErrorCode.INVALID_VALUE, "experts"),
        bad(
            "an endless scale",
            base.replace("[one]", "[one], noise_scale: .inf"),
            ErrorCode.INVALID_VALUE,
            "experts[0].noise_scale"),
        bad(
            "a model that is not there",
            base.replace("./b,", "./absent,"),
            ErrorCode.MODEL_NOT_FOUND,
            "experts[1].source_model"),
        bad(
            "models of two types",
            base.replace("./b,", "./other,"),
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            "experts"),
        bad(
            "no such architecture",
            base + "architecture: mixtrel\n",
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            "architecture"),
        bad(
            "an architecture for other models",
            base + "architecture: qwen3\n",
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            "experts"),
        bad(
            "two shared experts",
            base + "shared_experts: [{source_model: ./a}, {source_model: ./b}]\n",
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            "experts"),
        bad(
            "prompts for some shared experts",
            base
                + "shared_experts: [{source_model: ./a, positive_prompts: [x]},"
                + " {source_model: ./b}]\n",
            ErrorCode.INVALID_VALUE,
            "shared_experts"));
  }

  private static Arguments bad(String title, String yaml, ErrorCode code, String path) {
    return Arguments.of(title, yaml, code, path);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recipes")
  void isRefusedWithItsCodeAndPath(String title, String yaml, ErrorCode code, String path) {
    assertThat(runner.problems(yaml))
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .extracting(Problem::code, Problem::path)
        .contains(tuple(code, path));
  }

  @Test
  void everyProblemIsReportedAtOnceWithTheNearestName() {
    assertThat(
            runner.problems(
                """
                base_model: ./base
                gate_mode: hiden
                expert_per_token: 2
                experts:
                - {source_model: ./absent, positiv_prompts: [one]}
                - {source_model: ./b, positive_prompts: [two]}
                """))
        .extracting(Problem::path, problem -> problem.suggestion().orElse(""))
        .contains(
            tuple("gate_mode", "hidden"),
            tuple("expert_per_token", "experts_per_token"),
            tuple("experts[0].positiv_prompts", "positive_prompts"),
            tuple("experts[0].positive_prompts", ""))
        .anyMatch(found -> found.toList().getFirst().equals("experts[0].source_model"));
  }

  @Test
  void anExpertThatLacksItsNetworksIsNamedTensorByTensor() {
    new TinyModels(folder.resolve("b")).write(MixtureRunner.config("llama", ""));
    assertThat(runner.problems("base_model: ./base\n" + EXPERTS))
        .filteredOn(problem -> problem.code() == ErrorCode.TENSOR_MISSING)
        .extracting(Problem::path)
        .contains("model.layers.0.mlp.gate_proj.weight");
  }
}
