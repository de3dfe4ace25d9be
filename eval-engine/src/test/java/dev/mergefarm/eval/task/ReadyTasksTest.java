package dev.mergefarm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Problems;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

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
        .contains("leaderboard_six", "japanese_nli_mean");
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

  private static void requireModule(TaskFiles files, FunctionReference helper) {
    assertThat(files.read(helper.modulePath()))
        .hasValueSatisfying(text -> assertThat(text).contains("def " + helper.attribute() + "("));
  }
}
