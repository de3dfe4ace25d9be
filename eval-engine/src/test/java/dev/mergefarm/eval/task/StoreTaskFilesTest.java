package dev.mergefarm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTaskFilesTest {

  @TempDir private Path directory;
  private ObjectStore store;

  @BeforeEach
  void openStore() {
    store = new LocalObjectStore(directory);
    put("tasks/facts/capitals.yaml", "task: capitals");
    put("tasks/facts/parts/common", "output_type: multiple_choice");
    put("tasks/facts/data/capitals.jsonl", "{}");
    put("tasks/secret/other.yaml", "task: other");
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void definitionsAreTheYamlFilesOfEachFolder() {
    StoreTaskFiles files = new StoreTaskFiles(store, List.of("tasks/secret", "tasks/facts"));
    assertThat(files.definitions())
        .containsExactly(List.of("tasks/secret/other.yaml"), List.of("tasks/facts/capitals.yaml"));
  }

  @Test
  void includesReachTheWholeFolderAndNothingElse() {
    StoreTaskFiles files = new StoreTaskFiles(store, List.of("tasks/facts"));
    assertThat(files.read("tasks/facts/x/../parts/common"))
        .contains("output_type: multiple_choice");
    assertThat(files.read("tasks/facts/../secret/other.yaml")).isEmpty();
    assertThat(files.read("tasks/factsandmore/other.yaml")).isEmpty();
    assertThat(files.read("tasks/facts/missing.yaml")).isEmpty();
  }

  @Test
  void fileThatIsNoTextIsRefused() {
    store.put("tasks/facts/broken.yaml", new byte[] {(byte) 0xc3, 0x28});
    assertThatThrownBy(
            () -> new StoreTaskFiles(store, List.of("tasks/facts")).read("tasks/facts/broken.yaml"))
        .isInstanceOfSatisfying(
            MergefarmException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.YAML_SYNTAX));
  }

  @Test
  void laterLibraryReplacesTasksOfAnEarlierOne() {
    TaskFiles request = new MemoryTaskFiles(Map.of("mine.yaml", "task: capitals"));
    TaskFiles both =
        TaskFiles.all(List.of(new StoreTaskFiles(store, List.of("tasks/facts")), request));
    Problems problems = new Problems();
    List<TaskTree> trees = new TaskLibrary(both).resolve(List.of("capitals"), problems);
    assertThat(problems.all()).isEmpty();
    assertThat(trees.getFirst().leaves().findFirst().orElseThrow().file()).isEqualTo("mine.yaml");
  }

  private void put(String key, String text) {
    store.put(key, text.getBytes(StandardCharsets.UTF_8));
  }
}
