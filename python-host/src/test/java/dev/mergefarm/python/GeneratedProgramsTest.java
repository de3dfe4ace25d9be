package dev.mergefarm.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.eval.function.PythonFunctions;
import dev.mergefarm.eval.function.PythonHostOptions;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.ProgramRunner.Outcome;
import dev.mergefarm.eval.task.TaskFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that a model could have written, in the process that runs them. */
class GeneratedProgramsTest {

  private static PythonFunctions functions;

  @BeforeAll
  static void startProcess() {
    PythonHostOptions options =
        PythonHostOptions.withClassPath(System.getProperty("java.class.path"))
            .withLimits(256L << 20, Duration.ofMinutes(1), Duration.ofMinutes(2));
    functions = new PythonFunctions(new ResourceFiles(), () -> options, 1234);
  }

  @AfterAll
  static void endProcess() {
    functions.close();
  }

  /** Task files among the test's resources. */
  private record ResourceFiles() implements TaskFiles {

    @Override
    public List<List<String>> definitions() {
      return List.of();
    }

    @Override
    public Optional<String> read(String path) {
      try (InputStream stream = GeneratedProgramsTest.class.getResourceAsStream("/tasks/" + path)) {
        return stream == null
            ? Optional.empty()
            : Optional.of(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static List<Outcome> run(String... programs) {
    return functions.programs().run(List.of(programs), Duration.ofSeconds(10));
  }

  private static Object call(String name, Map<String, Object> keywords) {
    return functions.find(new FunctionReference("", "code." + name)).call(List.of(), keywords);
  }

  @Test
  void programPassesWhenItsTestsDo() {
    assertThat(
            run(
                "def add(a, b):\n    return a + b\nassert add(2, 3) == 5",
                "def add(a, b):\n    return a * b\nassert add(2, 3) == 5",
                "def add(a, b)\n    return a"))
        .extracting(Outcome::passed)
        .containsExactly(true, false, false);
  }

  @Test
  void usualLibrariesAreThere() {
    assertThat(
            run(
                """
                import collections, heapq, itertools, math, re, string
                from typing import List
                def largest(numbers: List[int], n: int):
                    return heapq.nlargest(n, numbers)
                print(largest([3, 1, 2], 2))
                assert largest([3, 1, 2], 2) == [3, 2]
                """))
        .containsExactly(new Outcome(true, "passed"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "open('/etc/passwd')",
        "import os; os.listdir('/')",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import socket",
        "import subprocess",
        "import threading; threading.Thread(target=print).start()",
        "import java",
        "import sys; sys.exit(0)",
        "import os; os._exit(0)",
        "input()",
        "raise KeyboardInterrupt",
        "def f(n): return f(n + 1)\nf(0)"
      })
  void programThatWantsMoreThanItMayFails(String program) {
    List<Outcome> outcomes = run(program, "assert True");
    assertThat(outcomes.get(0).passed()).as(outcomes.get(0).result()).isFalse();
    assertThat(outcomes.get(0).result()).startsWith("failed: ");
    assertThat(outcomes.get(1).passed()).isTrue();
  }

  @Test
  void programThatLoopsOrEatsMemoryFailsAndTheNextRuns() {
    List<Outcome> outcomes =
        functions
            .programs()
            .run(
                List.of(
                    "while True:\n    pass",
                    "x = []\nwhile True:\n    x.append('x' * 10_000_000)",
                    "x = 'x' * 10**9 * 100",
                    "try:\n    while True: pass\nexcept BaseException:\n    pass",
                    "assert 1 + 1 == 2"),
                Duration.ofMillis(400));
    assertThat(outcomes)
        .extracting(Outcome::passed)
        .containsExactly(false, false, false, false, true);
    assertThat(outcomes.get(0).result()).isEqualTo("timed out");
    assertThat(outcomes.get(3).result()).isEqualTo("timed out");
  }

  @Test
  void programSeesNothingOfTheOneBefore() {
    assertThat(
            run(
                "import builtins, math\nbuiltins.mark = 1\nmath.pi = 3\nimport sys; sys.modules['re'] = None",
                "import builtins, math, re\nassert not hasattr(builtins, 'mark') and math.pi > 3"))
        .extracting(Outcome::passed)
        .containsExactly(true, true);
  }

  @Test
  void helpersReachProgramsThroughTheStandInOfEvaluate() {
    String right = "def add(a, b): return a + b";
    String wrong = "def add(a, b): return a * b";
    Object rates =
        call(
            "pass_at",
            Map.of(
                "references", List.of("assert add(2, 3) == 5"),
                "predictions", List.of(List.of(right, wrong, wrong, wrong)),
                "k", List.of(1, 2, 4, 8)));
    assertThat(rates).isEqualTo(Map.of("pass@1", 0.25, "pass@2", 0.5, "pass@4", 1.0));
    assertThat(((List<?>) call("tried", Map.of())).getFirst()).isEqualTo(Map.of("pass@1", 0.0));
  }

  @Test
  void otherMetricsOfEvaluateAreThereOrSaidNotToBe() {
    List<?> values = (List<?>) call("others", Map.of());
    double[] expected = {0.5, 1.0 / 3, 4.0 / 15, 4.0 / 15};
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) values.get(i)).isCloseTo(expected[i], within(1e-12));
    }
    assertThatThrownBy(() -> call("missing", Map.of()))
        .hasMessageContaining("accuracy, code_eval, exact_match, f1; not 'rouge'");
  }
}
