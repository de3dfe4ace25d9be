package dev.mergefarm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a task, its data or the model is one clear error, not a stack trace. */
class BadInputTest {

  private static final Path MODEL =
      Path.of(System.getProperty("mergefarm.root"), "examples", "facts", "base");

  private static final String TASK =
      """
      task: quiz
      dataset_path: json
      dataset_kwargs: {data_files: {test: quiz.jsonl}}
      test_split: test
      output_type: multiple_choice
      doc_to_text: "{{q}}"
      doc_to_choice: [a, b]
      doc_to_target: "{{label}}"
      """;

  private static final String DATA =
      """
      {"q": "one", "label": 0}
      {"q": "two", "label": 1}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    task(TASK);
    Files.writeString(folder.resolve("tasks/quiz.jsonl"), DATA);
  }

  private void task(String content) throws IOException {
    Files.createDirectories(folder.resolve("tasks"));
    Files.writeString(folder.resolve("tasks/quiz.yaml"), content);
  }

  private CommandRun eval(Path model, String... more) {
    return CommandRun.of(
        Stream.concat(
                Stream.of(
                    "eval",
                    "--model",
                    model.toString(),
                    "--tasks",
                    folder.resolve("tasks").toString(),
                    "--task",
                    "quiz",
                    "--out",
                    folder.resolve("out").toString()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static void assertOneError(CommandRun run, List<String> parts) {
    List<String> errors =
        run.err().lines().filter(line -> line.startsWith("mergefarm: error: ")).toList();
    assertThat(errors).as(run.err()).hasSize(1);
    assertThat(errors.getFirst()).contains(parts);
    assertThat(run.err()).doesNotContain("\tat ", "defect", "Exception");
    assertThat(run.code()).isNotZero();
  }

  /** Replaces the line that starts as this one does, or adds it. */
  private static String with(String line) {
    String key = line.substring(0, line.indexOf(':') + 1);
    StringBuilder text = new StringBuilder();
    TASK.lines()
        .filter(existing -> !existing.startsWith(key))
        .forEach(existing -> text.append(existing).append('\n'));
    return text.append(line).append('\n').toString();
  }

  static Stream<Arguments> badTasks() {
    return Stream.of(
        bad(
            "unknown metric",
            with("metric_list: [{metric: acc_nrom}]"),
            "quiz.metric_list[0].metric",
            "acc_nrom",
            "acc_norm"),
        bad(
            "unknown filter",
            with("filter_list: [{name: f, filter: [{function: take_frist}]}]"),
            "quiz.filter_list[0].filter[0].function",
            "take_frist",
            "take_first"),
        bad(
            "unknown function",
            with("doc_to_text: !function help.text"),
            "quiz.doc_to_text",
            "help"),
        bad(
            "unknown function of scoring",
            with("process_results: !function help.score"),
            "quiz.process_results",
            "help.py"),
        bad(
            "unknown function of a metric",
            with("metric_list: [{metric: !function help.m, aggregation: mean}]"),
            "quiz.metric_list[0].metric",
            "help.py"),
        bad("unknown key", with("doc_to_txt: q"), "quiz.doc_to_txt", "doc_to_text"),
        bad("unknown split", with("test_split: tset"), "quiz.test_split", "tset", "[test]"),
        bad(
            "template that does not parse",
            with("doc_to_text: '{{q'"),
            "quiz.doc_to_text",
            "line 1"),
        bad(
            "template that fails",
            with("doc_to_text: '{{q.x.y}}'"),
            "quiz.doc_to_text",
            "document 0"),
        bad(
            "target that is no choice",
            with("doc_to_target: '{{label + 1}}'"),
            "quiz.doc_to_target",
            "document 1",
            "2 choices"),
        bad(
            "continuation longer than the model",
            with("doc_to_choice: ['" + "word ".repeat(400) + "', b]"),
            "quiz.doc_to_choice",
            "document 0",
            "longer than the model's 256"),
        bad(
            "no room for new tokens",
            with("output_type: generate_until").replace("doc_to_choice: [a, b]\n", "")
                + "generation_kwargs: {max_gen_toks: 300}\n",
            "quiz.generation_kwargs",
            "document 0",
            "300 new tokens"),
        bad(
            "programs that nobody confirmed",
            with("unsafe_code: true"),
            "quiz.unsafe_code",
            "confirm"),
        bad(
            "data file that is not there",
            with("dataset_kwargs: {data_files: {test: quizz.jsonl}}"),
            "quiz.dataset_path",
            "quizz.jsonl"),
        bad(
            "data set that is not there",
            with("dataset_path: me/quiz")
                .replace("dataset_kwargs: {data_files: {test: quiz.jsonl}}\n", ""),
            "quiz.dataset_path",
            "me/quiz"));
  }

  private static Arguments bad(String name, String task, String... parts) {
    return Arguments.argumentSet(name, task, List.of(parts));
  }

  @ParameterizedTest
  @MethodSource("badTasks")
  void wrongTaskIsOneErrorThatNamesItsPlace(String task, List<String> parts) throws IOException {
    task(task);
    assertOneError(eval(MODEL), parts);
  }

  static Stream<Arguments> badData() {
    return Stream.of(
        bad("malformed line", DATA + "{\"q\": \n", "quiz.test_split", "quiz.jsonl, line 3"),
        bad("line that is no object", DATA + "[1]\n", "quiz.test_split", "quiz.jsonl, line 3"),
        bad("empty split", "\n", "quiz.test_split", "no document"),
        bad(
            "field that no document has",
            "{\"label\": 0}\n",
            "quiz.doc_to_text",
            "document 0",
            "'q'"),
        bad(
            "target past the choices",
            DATA + "{\"q\": \"x\", \"label\": 5}\n",
            "quiz.doc_to_target",
            "document 2"));
  }

  @ParameterizedTest
  @MethodSource("badData")
  void wrongDataIsOneErrorThatNamesItsPlace(String data, List<String> parts) throws IOException {
    Files.writeString(folder.resolve("tasks/quiz.jsonl"), data);
    assertOneError(eval(MODEL), parts);
  }

  private Path modelWithout(String missing) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("model"));
    try (Stream<Path> files = Files.list(MODEL)) {
      for (Path file : files.toList()) {
        if (!file.getFileName().toString().equals(missing)) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
    }
    return copy;
  }

  static Stream<Arguments> missingFiles() {
    return Stream.of(
        Arguments.of("config.json", "config.json"),
        Arguments.of("tokenizer.json", "tokenizer.json"),
        Arguments.of("model.safetensors", "none of the weight files"));
  }

  @ParameterizedTest
  @MethodSource("missingFiles")
  void modelWithoutAFileIsOneErrorThatNamesIt(String missing, String part) throws IOException {
    assertOneError(eval(modelWithout(missing)), List.of(part));
  }

  @Test
  void truncatedWeightsAreOneErrorThatNamesTheFile() throws IOException {
    Path model = modelWithout("model.safetensors");
    byte[] whole = Files.readAllBytes(MODEL.resolve("model.safetensors"));
    Files.write(
        model.resolve("model.safetensors"), java.util.Arrays.copyOf(whole, whole.length / 2));
    assertOneError(eval(model), List.of("model.safetensors"));
  }

  @Test
  void emptyContextOfATokenizerWithoutBeginAndEndNamesTaskAndDocument() throws IOException {
    Path model = modelWithout("tokenizer_config.json");
    Files.writeString(model.resolve("tokenizer_config.json"), "{}");
    task(with("doc_to_text: ''"));
    assertOneError(eval(model), List.of("quiz.doc_to_text", "document 0", "begin or end token"));
  }

  @Test
  void longContextIsCutWithAWarning() throws IOException {
    task(with("doc_to_text: '" + "word ".repeat(400) + "{{q}}'"));
    CommandRun run = eval(MODEL);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("warning: ", "longer than the model's 256 tokens");
  }

  @ParameterizedTest
  @MethodSource("badTasks")
  void validationFindsWhatNeedsNoModel(String task, List<String> parts) throws IOException {
    task(task);
    CommandRun run = CommandRun.of("task", "validate", folder.resolve("tasks").toString());
    boolean aboutTheModel =
        parts.contains("300 new tokens") || parts.contains("longer than the model's 256");
    boolean confirmed = parts.contains("confirm");
    if (aboutTheModel || confirmed) {
      assertThat(run.code()).as(run.out()).isZero();
    } else {
      assertThat(run.code()).isEqualTo(ExitCode.INVALID_INPUT.number());
      assertThat(run.out()).contains(parts).contains("1 tasks, 1 errors, 0 warnings");
    }
  }

  @Test
  void validationListsTheProblemsOfAllTasks() throws IOException {
    Files.writeString(
        folder.resolve("tasks/other.yaml"), with("test_split: tset").replace("quiz\n", "other\n"));
    Files.writeString(folder.resolve("tasks/broken.yaml"), "task: [x\n");
    task(with("metric_list: [{metric: acc_nrom}]"));
    CommandRun all = CommandRun.of("task", "validate", folder.resolve("tasks").toString());
    assertThat(all.out()).contains("broken.yaml", "other.test_split", "quiz.metric_list[0].metric");
    assertThat(all.out()).contains("2 tasks, 3 errors");
    String one = folder.resolve("tasks/other.yaml").toString();
    assertThat(CommandRun.of("task", "validate", one).out())
        .contains("other.test_split", "1 tasks, 1 errors")
        .doesNotContain("quiz");
    String chosen = folder.resolve("tasks").toString();
    assertThat(CommandRun.of("task", "validate", chosen, "--task", "quizz").out())
        .contains("'quizz'", "quiz");
    assertThat(CommandRun.of("task", "validate", one, "--without-data").code()).isZero();
  }
}
