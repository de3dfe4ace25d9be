package dev.mergefarm.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskFolderTest {

  @TempDir private Path root;
  private Path tasks;

  @BeforeEach
  void makeFolders() throws IOException {
    tasks = Files.createDirectories(root.resolve("tasks"));
    Files.createDirectories(root.resolve("data"));
    Files.writeString(root.resolve("data/one.jsonl"), "{}\n");
  }

  @Test
  void dataFilesTravelUnderThePathThatTheTaskGives() throws IOException {
    task("a.yaml", "test: data/one.jsonl");
    Files.writeString(tasks.resolve("helpers.py"), "def f(doc): return doc\n");
    SortedMap<String, Path> files = TaskFolder.files(tasks, root);
    assertThat(files.keySet()).containsExactly("a.yaml", "data/one.jsonl", "helpers.py");
  }

  @Test
  void dataBesideADefinitionStaysBesideIt() throws IOException {
    Files.createDirectories(tasks.resolve("deep"));
    task("deep/a.yaml", "test: rows.jsonl");
    Files.writeString(tasks.resolve("deep/rows.jsonl"), "{}\n");
    task("deep/b.yaml", "test: packed.jsonl.gz");
    Files.writeString(tasks.resolve("deep/packed.jsonl.gz"), "");
    assertThat(TaskFolder.files(tasks, root).keySet())
        .containsExactly("deep/a.yaml", "deep/b.yaml", "deep/packed.jsonl.gz", "deep/rows.jsonl");
  }

  @Test
  void everyMissingDataFileIsNamed() throws IOException {
    task("a.yaml", "test: data/absent.jsonl");
    task("b.yaml", "test: [data/one.jsonl, data/gone.jsonl]");
    assertThatThrownBy(() -> TaskFolder.files(tasks, root))
        .isInstanceOf(MergefarmException.class)
        .hasMessageContaining("data/absent.jsonl")
        .hasMessageContaining("data/gone.jsonl");
  }

  @Test
  void theNameOfABundleFollowsItsContent() throws IOException {
    task("a.yaml", "test: data/one.jsonl");
    String before = BundleName.of(tasks, TaskFolder.files(tasks, root));
    assertThat(before).startsWith("tasks/tasks-");
    assertThat(BundleName.of(tasks, TaskFolder.files(tasks, root))).isEqualTo(before);
    Files.writeString(root.resolve("data/one.jsonl"), "{\"x\": 1}\n");
    assertThat(BundleName.of(tasks, TaskFolder.files(tasks, root))).isNotEqualTo(before);
  }

  private void task(String name, String dataFiles) throws IOException {
    Files.writeString(
        tasks.resolve(name),
        "task: t\ndataset_path: json\ndataset_kwargs:\n  data_files:\n    " + dataFiles + "\n");
  }
}
