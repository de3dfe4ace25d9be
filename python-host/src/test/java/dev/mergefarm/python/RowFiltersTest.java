package dev.mergefarm.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.function.PythonFunctions;
import dev.mergefarm.eval.function.PythonHostOptions;
import dev.mergefarm.eval.function.rows.RowFilterFunctions;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.MemoryTaskFiles;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row filters that are understood give the rows that Python gives. */
class RowFiltersTest {

  private static TaskFiles files;
  private static PythonFunctions python;

  @BeforeAll
  static void startPython() throws IOException {
    try (InputStream source = RowFiltersTest.class.getResourceAsStream("/tasks/rows.py")) {
      files =
          new MemoryTaskFiles(
              Map.of("rows.py", new String(source.readAllBytes(), StandardCharsets.UTF_8)));
    }
    PythonHostOptions options =
        PythonHostOptions.withClassPath(System.getProperty("java.class.path"));
    python = new PythonFunctions(files, () -> options, 1234);
  }

  @AfterAll
  static void endPython() {
    python.close();
  }

  /** Refuses everything, so that only what is understood can answer. */
  private record NoPython() implements TaskFunctions {
    @Override
    public TaskFunction find(FunctionReference reference) {
      throw new MergefarmException(ErrorCode.FUNCTIONS_UNAVAILABLE, "no Python for " + reference);
    }

    @Override
    public void close() {
      // Nothing runs.
    }
  }

  private static final TaskFunctions WITHOUT = new NoPython();

  private static List<Map<String, Object>> rows() {
    List<Map<String, Object>> rows = new ArrayList<>();
    String[] subjects = {"algebra", "world history", "'quoted'", null, "Algebra"};
    String[] languages = {"fr", "fr-ca", "en", "e", "de", ""};
    for (int i = 0; i < 30; i++) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("subject", subjects[i % subjects.length]);
      row.put("language", languages[i % languages.length]);
      row.put("level", (long) (i % 4));
      row.put("easy", i % 3 == 0);
      row.put("share", i / 2.0);
      row.put("number", (long) i);
      rows.add(row);
    }
    return rows;
  }

  private static List<Map<String, Object>> processed(TaskFunctions functions, String name) {
    return functions.find(new FunctionReference("", "rows." + name)).processDocuments(rows());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "process_algebra",
        "process_none",
        "process_the_algebra",
        "process_the_world_history",
        "process_the_'quoted'",
        "named_history",
        "starts",
        "starts_french",
        "constant",
        "level",
        "several",
        "flag",
        "one"
      })
  void bothWaysGiveTheSameRows(String name) {
    List<Map<String, Object>> understood = processed(new RowFilterFunctions(files, WITHOUT), name);
    assertThat(understood).isEqualTo(processed(python, name)).hasSizeBetween(1, 29);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mapped", "fraction"})
  void whatIsNotUnderstoodIsLeftToPython(String name) {
    assertThatThrownBy(() -> processed(new RowFilterFunctions(files, WITHOUT), name))
        .hasMessageContaining("no Python");
    assertThat(processed(new RowFilterFunctions(files, python), name))
        .isEqualTo(processed(python, name));
  }

  @Test
  void columnThatIsNotThereFailsWithPythonsMessage() {
    assertThatThrownBy(() -> processed(new RowFilterFunctions(files, python), "missing"))
        .hasMessageContaining("KeyError: 'absent'")
        .hasMessageContaining("rows.py");
  }

  @Test
  void otherHelpersOfTheModuleAreRunByPython() {
    TaskFunctions both = new RowFilterFunctions(files, python);
    assertThat(
            both.find(new FunctionReference("", "rows.doc_to_text"))
                .call(List.of(Map.of("subject", "law")), Map.of()))
        .isEqualTo("LAW");
  }
}
