package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.tokenizer.Vocabulary;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two models of width 1, so that a row is a number: token x of model a has row 1, of b row 10. */
class TokenizerMergeTest {

  private static final String EMBEDDING = "model.embed_tokens.weight";

  @TempDir Path folder;
  private RecipeRunner runner;

  @BeforeEach
  void writeModels() throws IOException {
    model("a", 4, "x", "y", "z", "xy");
    model("b", 40, "y", "x", "w");
    runner = new RecipeRunner(folder);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  /** A model whose i-th token's row is step / 4 * (i + 1). */
  private void model(String name, int step, String... tokens) throws IOException {
    float[] rows = new float[tokens.length];
    StringBuilder vocabulary = new StringBuilder();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = step / 4f * (i + 1);
      vocabulary.append(i == 0 ? "" : ", ").append('"' + tokens[i] + "\": " + i);
    }
    new TinyModels(folder.resolve(name))
        .tensor(EMBEDDING, Shape.of(rows.length, 1), rows)
        .tensor("model.layers.0.weight", Shape.of(1), 1)
        .write(
            "{\"architectures\": [\"Tiny\"], \"model_type\": \"tiny\", \"vocab_size\": "
                + rows.length
                + "}");
    Files.writeString(
        folder.resolve(name).resolve("tokenizer.json"),
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {"
            + vocabulary
            + "}, \"merges\": [\"x y\", \"y z\"]}, \"added_tokens\": []}");
    Files.writeString(
        folder.resolve(name).resolve("tokenizer_config.json"),
        "{\"chat_template\": \"{{ old }}\", \"added_tokens_decoder\": {}}");
  }

  private static String linear(String base, String rest) {
    return (base.isEmpty() ? "" : "base_model: ./" + base + "\n")
        + """
        merge_method: linear
        models:
        - {model: ./a, parameters: {weight: 1}}
        - {model: ./b, parameters: {weight: 1}}
        dtype: float32
        """
        + rest;
  }

  private float[] rows(String recipe, String... tokens) throws IOException {
    float[] matrix = runner.merge(recipe).get(EMBEDDING);
    Vocabulary vocabulary =
        Vocabulary.parse(Files.readAllBytes(folder.resolve("output/tokenizer.json")));
    float[] rows = new float[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      rows[i] = matrix[vocabulary.ids().get(tokens[i])];
    }
    return rows;
  }

  private JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("output").resolve(file).toFile());
  }

  @Test
  void aUnionMatchesRowsByTokenAndFillsGapsFromTheBase() throws IOException {
    // x: a 1, b 20. y: a 2, b 10. z: only a, 3. xy: only a, 4. w: only b, 30.
    assertThat(rows(linear("a", "tokenizer: {source: union}\n"), "x", "y", "z", "xy", "w"))
        .containsExactly(10.5f, 6, 3, 4, 30);
    assertThat(json("config.json").get("vocab_size").asInt()).isEqualTo(5);
    assertThat(json("tokenizer_config.json").has("added_tokens_decoder")).isFalse();
  }

  @Test
  void theBasesVocabularyDropsWhatOnlyOthersHave() throws IOException {
    assertThat(rows(linear("b", "tokenizer_source: base\n"), "y", "x", "w"))
        .containsExactly(6, 10.5f, 30);
    assertThat(json("config.json").get("vocab_size").asInt()).isEqualTo(3);
  }

  @Test
  void withoutABaseAGapIsFilledWithTheMeanOfThoseThatHaveTheToken() throws IOException {
    model("c", 400, "q");
    String recipe =
        linear("", "tokenizer: {source: union}\n")
            .replace("dtype", "- {model: ./c, parameters: {weight: 2}}\ndtype");
    // c has the mean of a's 1 and b's 20 for x.
    assertThat(rows(recipe, "x", "q")).containsExactly((1 + 20 + 2 * 10.5f) / 4, 100);
  }

  @Test
  void listedTokensTakeTheirRowsFromWhereTheRecipeSays() throws IOException {
    String tokens =
        """
        tokenizer:
          source: union
          tokens:
            x: {source: ./b, force: true}
            y: {source: {kind: zero}, force: true}
            new: {source: {kind: model_token, model: ./a, token: z}}
            numbered: {source: {kind: model_token, model: ./b, token_id: 2}}
            plain: {force: false}
        """;
    assertThat(rows(linear("a", tokens), "x", "y", "new", "numbered", "plain"))
        .containsExactly(20, 0, 3, 30, 0);
    assertThat(runner.problems(linear("a", tokens)))
        .extracting(Problem::message)
        .anyMatch(message -> message.startsWith("1 tokens are in none of the merged models"));
  }

  @Test
  void theHeightIsRoundedUpWithMeanRows() throws IOException {
    runner.merge(linear("a", "tokenizer: {source: union, pad_to_multiple_of: 4}\n"));
    float[] matrix = TinyModels.read(folder.resolve("output")).get(EMBEDDING);
    assertThat(matrix).hasSize(8);
    float mean = 0;
    for (int i = 0; i < 5; i++) {
      mean += matrix[i] / 5;
    }
    assertThat(matrix[5]).isEqualTo(matrix[7]);
    assertThat(matrix[6]).isCloseTo(mean, org.assertj.core.api.Assertions.within(1e-4f));
    assertThat(json("config.json").get("vocab_size").asInt()).isEqualTo(8);
  }

  @Test
  void tokensBeyondTheStatedSizeAreTakenOutOfTheBaseWithTheirMerges() throws IOException {
    Path config = folder.resolve("a/config.json");
    Files.writeString(
        config, Files.readString(config).replace("\"vocab_size\": 4", "\"vocab_size\": 3"));
    runner.merge(linear("a", "tokenizer_source: base\n"));
    JsonNode model = json("tokenizer.json").get("model");
    assertThat(model.get("vocab").has("xy")).isFalse();
    assertThat(model.get("merges")).isEmpty();
    assertThat(TinyModels.read(folder.resolve("output")).get(EMBEDDING)).hasSize(3);
  }

  @Test
  void anothersVocabularyMayBeAskedForWithoutMergingIt() throws IOException {
    model("c", 400, "w", "unheard");
    assertThat(rows(linear("a", "tokenizer_source: ./c\n"), "w", "unheard")).containsExactly(30, 0);
  }

  @Test
  void everyBadTokenSettingIsReported() {
    List<Problem> problems =
        runner.problems(
            linear(
                "a",
                """
                tokenizer:
                  source: union
                  tokens:
                    x: {source: {kind: model_token, model: ./b, token: q}}
                    y: {source: {kind: model_token, model: ./b, token_id: 99}}
                    z: {source: ./c}
                """));
    assertThat(problems)
        .extracting(Problem::message)
        .contains(
            "Token 'q' not found in model ./b.",
            "Token ID 99 out of range for model ./b.",
            "Model ./c referenced but not part of merge.");
    assertThat(
            runner.problems(
                linear(
                    "a",
                    "tokenizer: {tokens: {x: {source: {kind: model_token, model: ./b, token: x,"
                        + " token_id: 1}}}}\n")))
        .extracting(Problem::message)
        .contains("Give exactly one of 'token' and 'token_id'.");
  }

  @Test
  void aModelWithoutATokenizerIsTakenToHaveTheBasesAndABaseWithoutOneIsRefused()
      throws IOException {
    Files.delete(folder.resolve("b/tokenizer.json"));
    assertThat(runner.problems(linear("a", "tokenizer_source: base\n")))
        .extracting(Problem::severity, Problem::code)
        .contains(
            org.assertj.core.api.Assertions.tuple(
                Problem.Severity.WARNING, ErrorCode.UNSUPPORTED_TOKENIZER));
    assertThat(runner.problems(linear("b", "tokenizer_source: base\n")))
        .extracting(Problem::severity, Problem::code)
        .contains(
            org.assertj.core.api.Assertions.tuple(
                Problem.Severity.ERROR, ErrorCode.UNSUPPORTED_TOKENIZER));
  }

  @Test
  void aChatTemplateIsWrittenToItsFileAndTakenOutOfTheConfiguration() throws IOException {
    runner.merge(linear("a", "chat_template: chatml\n"));
    assertThat(folder.resolve("output/chat_template.jinja")).content().contains("<|im_start|>");
    assertThat(json("tokenizer_config.json").has("chat_template")).isFalse();
    runner.merge(linear("a", "chat_template: auto\n"));
    assertThat(folder.resolve("output/chat_template.jinja")).hasContent("{{ old }}");
    assertThat(runner.problems(linear("a", "chat_template: chatlm\n")))
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .extracting(problem -> problem.suggestion().orElse(""))
        .containsExactly("chatml");
  }

  @Test
  void modelsOfDifferentVocabularyAreTrimmedWhenNothingIsSaid() throws IOException {
    float[] merged = runner.merge(linear("", "")).get(EMBEDDING);
    assertThat(merged).hasSize(3);
    assertThat(json("config.json").get("vocab_size").asInt()).isEqualTo(3);
  }
}
