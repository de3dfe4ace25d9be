package dev.mergefarm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.data.MemoryDataFiles;
import dev.mergefarm.eval.run.JavaFunctions;
import dev.mergefarm.eval.run.TaskEvaluation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The task files that come with the project. */
class ReadyTasksTest {

  private static final Path TASKS =
      Path.of(System.getProperty("mergefarm.root"), "examples", "tasks");

  @Test
  void everyTaskAndGroupIsValidAndEveryHelperIsThere() {
    Problems problems = new Problems();
    TaskFiles files = new DirectoryTaskFiles(List.of(TASKS));
    TaskLibrary library = new TaskLibrary(files);
    assertThat(library.unreadable()).isEmpty();
    assertThat(library.names())
        .contains("jnli", "janli", "jsick", "mgsm_ja", "gsm8k", "spartqa_train", "prompt_format")
        .contains("leaderboard_six", "japanese_nli_mean")
        .contains("nous_suite", "nous_agieval", "nous_gpt4all", "nous_truthfulqa", "nous_bigbench");
    for (TaskTree tree : library.resolve(List.of("*"), problems)) {
      tree.leaves()
          .forEach(
              leaf -> {
                TaskConfig task = TaskConfigReader.read(leaf, problems);
                task.data().process().ifPresent(helper -> requireModule(files, helper));
                task.scoring().processResults().ifPresent(h -> requireModule(files, h));
              });
    }
    assertThat(problems.all()).isEmpty();
  }

  /** A document of each data set, as its columns are. */
  private static final Map<String, String> DOCUMENTS =
      Map.of(
          "hails/agieval-sat-math/test",
          "{'query': 'Q: 1+1? A:', 'choices': ['(A)1', '(B)2'], 'gold': [1]}",
          "hails/bigbench/snarks_zero_shot/default-00000-of-00001",
          "{'inputs': 'Which?', 'targets': ['b'], 'multiple_choice_targets': ['a', 'b']}",
          "allenai/openbookqa/main/test",
          "{'question_stem': 'Rain is', 'choices': {'text': ['wet', 'dry'], 'label': ['A', 'B']},"
              + " 'answerKey': 'B'}",
          "aps/super_glue/boolq/validation",
          "{'passage': 'It is so.', 'question': 'is it so', 'label': 1}",
          "baber/piqa/validation",
          "{'goal': 'To sit', 'sol1': 'stand', 'sol2': 'use a chair', 'label': 1}",
          "allenai/ai2_arc/ARC-Easy/test",
          "{'question': 'Why?', 'choices': {'text': ['x', 'y'], 'label': ['1', '2']},"
              + " 'answerKey': '2'}",
          "allenai/winogrande/winogrande_xl/validation",
          "{'sentence': 'The _ is red.', 'option1': 'hat', 'option2': 'cat', 'answer': '2'}",
          "truthfulqa/truthful_qa/multiple_choice/validation",
          "{'question': 'Is it?', 'mc1_targets': {'choices': ['yes', 'no'], 'labels': [1, 0]}}");

  @ParameterizedTest
  @CsvSource({
    "nous_agieval_sat_math, 2",
    "nous_bigbench_snarks, 2",
    "nous_openbookqa, 2",
    "nous_boolq, 2",
    "nous_piqa, 2",
    "nous_arc_easy, 2",
    "nous_winogrande, 2",
    "nous_truthfulqa_mc1, 2"
  })
  void tasksOfTheNousSuiteRenderTheDocumentsOfTheirDataSets(String task, int requests) {
    Map<String, byte[]> data = new HashMap<>();
    DOCUMENTS.forEach(
        (path, document) ->
            data.put(
                "datasets/" + path + ".jsonl",
                document.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    EvaluationPlan plan =
        new TaskEvaluation(
                new TaskLibrary(new DirectoryTaskFiles(List.of(TASKS))),
                new MemoryDataFiles(data),
                new JavaFunctions())
            .plan(EvaluationOptions.builder().fewShotCount(0).build(), List.of(task));
    assertThat(plan.tasks()).containsExactly(new EvaluationPlan.TaskSummary(task, 1, requests, 0));
  }

  private static void requireModule(TaskFiles files, FunctionReference helper) {
    assertThat(files.read(helper.modulePath()))
        .hasValueSatisfying(text -> assertThat(text).contains("def " + helper.attribute() + "("));
  }
}
