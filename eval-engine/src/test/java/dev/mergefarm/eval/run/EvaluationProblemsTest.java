package dev.mergefarm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.data.MemoryDataFiles;
import dev.mergefarm.eval.task.MemoryTaskFiles;
import dev.mergefarm.eval.task.TaskLibrary;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is wrong with task files and data is said before a model is loaded, all at once. */
class EvaluationProblemsTest {

  private static final String GOOD =
      """
      task: good
      dataset_path: json
      dataset_kwargs: {data_files: {test: d.jsonl}}
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

  private static EvaluationPlan plan(String task, String data) {
    return new TaskEvaluation(
            new TaskLibrary(new MemoryTaskFiles(Map.of("t.yaml", task))),
            new MemoryDataFiles(Map.of("d.jsonl", data.getBytes(StandardCharsets.UTF_8))),
            new JavaFunctions())
        .plan(EvaluationOptions.defaults(), List.of("good"));
  }

  private static List<Problem> problems(String task, String data) {
    return catchThrowableOfType(MergefarmException.class, () -> plan(task, data)).problems();
  }

  private static Problem only(String task, String data) {
    List<Problem> problems = problems(task, data);
    assertThat(problems).hasSize(1);
    return problems.getFirst();
  }

  private static String with(String line) {
    String key = line.substring(0, line.indexOf(':') + 1);
    StringBuilder text = new StringBuilder();
    GOOD.lines()
        .filter(existing -> !existing.startsWith(key))
        .forEach(existing -> text.append(existing).append('\n'));
    return text.append(line).append('\n').toString();
  }

  @Test
  void aGoodTaskIsPlanned() {
    EvaluationPlan plan = plan(GOOD, DATA);
    assertThat(plan.tasks()).containsExactly(new EvaluationPlan.TaskSummary("good", 2, 4, 0));
    assertThat(plan.fingerprint()).hasSize(64).isEqualTo(plan(GOOD, DATA).fingerprint());
    assertThat(plan.fingerprint())
        .isNotEqualTo(plan(with("target_delimiter: ''"), DATA).fingerprint());
  }

  @Test
  void everyProblemOfATaskIsReportedTogether() {
    List<Problem> problems =
        problems(
            """
            task: good
            dataset_path: json
            doc_to_txt: x
            output_type: multiple_choise
            metric_list:
              - metric: acuracy
              - metric: acc
                aggregation: meen
            filter_list:
              - name: f
                filter:
                  - function: take_frist
            repeats: 0
            """,
            DATA);
    assertThat(problems)
        .extracting(Problem::path)
        .contains(
            "good.doc_to_txt",
            "good.output_type",
            "good.doc_to_text",
            "good.doc_to_target",
            "good.test_split",
            "good.metric_list[0].metric",
            "good.metric_list[1].aggregation",
            "good.filter_list[0].filter[0].function",
            "good.repeats");
    assertThat(problems)
        .filteredOn(problem -> problem.path().equals("good.doc_to_txt"))
        .singleElement()
        .extracting(problem -> problem.suggestion().orElseThrow())
        .isEqualTo("doc_to_text");
  }

  @Test
  void anUnknownTaskIsAnsweredWithTheNearestName() {
    MergefarmException error =
        catchThrowableOfType(
            MergefarmException.class,
            () ->
                new TaskEvaluation(
                        new TaskLibrary(new MemoryTaskFiles(Map.of("t.yaml", GOOD))),
                        new MemoryDataFiles(Map.of()),
                        new JavaFunctions())
                    .plan(EvaluationOptions.defaults(), List.of("goods")));
    assertThat(error.code()).isEqualTo(ErrorCode.TASK_NOT_FOUND);
    assertThat(error.problems().getFirst().suggestion()).hasValue("good");
  }

  @Test
  void aTemplateThatNamesNoFieldSaysDocumentLineAndColumn() {
    Problem problem =
        only(
            with("doc_to_text: \"{{q}}\\n {{question}}\""), DATA.lines().findFirst().orElseThrow());
    assertThat(problem.path()).isEqualTo("good.doc_to_text");
    assertThat(problem.message()).contains("document 0", "question", "line 2");
  }

  @Test
  void aMalformedTemplateIsAProblemOfItsField() {
    List<Problem> problems = problems(with("doc_to_text: \"{{q\""), DATA);
    assertThat(problems.getFirst().code()).isEqualTo(ErrorCode.TEMPLATE_SYNTAX);
    assertThat(problems.getFirst().path()).isEqualTo("good.doc_to_text");
  }

  @Test
  void aTargetThatIsNoChoiceNamesItsDocument() {
    Problem problem = only(GOOD, DATA + "{\"q\": \"three\", \"label\": 2}\n");
    assertThat(problem.code()).isEqualTo(ErrorCode.TARGET_NOT_A_CHOICE);
    assertThat(problem.message()).contains("document 2", "target 2", "2 choices");
  }

  @Test
  void ofManyBadDocumentsTheFirstAreNamedAndTheRestCounted() {
    assertThat(only(GOOD, "{\"q\": \"x\", \"label\": 7}\n".repeat(10)).message())
        .contains("document 0 (and 9 more documents)");
    StringBuilder different = new StringBuilder();
    for (int label = 2; label < 12; label++) {
      different.append("{\"q\": \"x\", \"label\": ").append(label).append("}\n");
    }
    List<Problem> problems = problems(GOOD, different.toString());
    assertThat(problems).hasSize(4);
    assertThat(problems.getLast().message()).contains("7 more documents");
  }

  @Test
  void anUnknownSplitIsAnsweredWithTheSplitsThereAre() {
    Problem problem = only(with("test_split: tst"), DATA);
    assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_SPLIT);
    assertThat(problem.message()).contains("[test]");
    assertThat(problem.suggestion()).hasValue("test");
  }

  @Test
  void anEmptySplitIsAProblem() {
    assertThat(only(GOOD, "\n").code()).isEqualTo(ErrorCode.EMPTY_SPLIT);
  }

  @Test
  void aMalformedDataFileSaysItsLine() {
    Problem problem = only(GOOD, DATA + "{\"q\": \n");
    assertThat(problem.code()).isEqualTo(ErrorCode.MALFORMED_DATA);
    assertThat(problem.message()).contains("d.jsonl", "line 3");
    assertThat(only(GOOD, DATA + "[1]\n").message()).contains("line 3");
  }

  @Test
  void aMissingDataFileIsNamed() {
    Problem problem = only(with("dataset_kwargs: {data_files: {test: other.jsonl}}"), DATA);
    assertThat(problem.code()).isEqualTo(ErrorCode.DATA_NOT_FOUND);
    assertThat(problem.message()).contains("other.jsonl");
  }

  @Test
  void tooSmallAPoolOfExamplesIsAProblem() {
    Problem problem = only(GOOD + "num_fewshot: 3\n", DATA);
    assertThat(problem.path()).isEqualTo("good.num_fewshot");
    assertThat(problem.message()).contains("3 of 2");
  }

  @Test
  void decontaminationAndImagesAndUnconfirmedCodeAreRefused() {
    assertThat(only(GOOD + "should_decontaminate: true\n", DATA).code())
        .isEqualTo(ErrorCode.UNSUPPORTED_TASK);
    assertThat(only(GOOD + "doc_to_image: q\n", DATA).message()).contains("Images");
    assertThat(only(GOOD + "unsafe_code: true\n", DATA).message()).contains("confirm");
  }

  @Test
  void aFileThatIsNotYamlIsNamedWithItsLine() {
    List<Problem> problems = problems("task: [good\n", DATA);
    assertThat(problems.getFirst().code()).isEqualTo(ErrorCode.TASK_NOT_FOUND);
    assertThat(problems.get(1).code()).isEqualTo(ErrorCode.YAML_SYNTAX);
    assertThat(problems.get(1).message()).contains("t.yaml", "line");
  }

  @Test
  void generationSettingsAreChecked() {
    String task =
        with("output_type: generate_until").replace("doc_to_choice: [a, b]\n", "")
            + "generation_kwargs: {max_gen_toks: 0, num_beams: 4, temprature: 1}\n";
    assertThat(problems(task, DATA))
        .extracting(Problem::path)
        .containsExactlyInAnyOrder(
            "good.generation_kwargs",
            "good.generation_kwargs.num_beams",
            "good.generation_kwargs.temprature");
  }

  @Test
  void aliasBombsAndEndlessNestingAreRefused() {
    String bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n";
    String task =
        bomb
            + "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
            + "e: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";
    assertThat(problems(GOOD + task, DATA)).isNotEmpty();
    assertThat(problems(GOOD + "x: " + "[".repeat(5000), DATA)).isNotEmpty();
  }
}
