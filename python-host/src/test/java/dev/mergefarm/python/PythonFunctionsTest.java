package dev.mergefarm.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.function.PythonFunctions;
import dev.mergefarm.eval.function.PythonHostOptions;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Helpers in a real helper process. Most tests share one, as the helpers of an evaluation do. */
class PythonFunctionsTest {

  private static PythonFunctions functions;

  @BeforeAll
  static void startProcess() {
    functions = start(Duration.ofMinutes(2));
  }

  @AfterAll
  static void endProcess() {
    functions.close();
  }

  private static PythonFunctions start(Duration callLimit) {
    PythonHostOptions options =
        PythonHostOptions.withClassPath(System.getProperty("java.class.path"))
            .withLimits(256L << 20, callLimit, Duration.ofMinutes(2));
    return new PythonFunctions(new ResourceFiles(), () -> options, 1234);
  }

  /** Task files among the test's resources. */
  private record ResourceFiles() implements TaskFiles {

    @Override
    public List<List<String>> definitions() {
      return List.of();
    }

    @Override
    public Optional<String> read(String path) {
      try (InputStream stream = PythonFunctionsTest.class.getResourceAsStream("/tasks/" + path)) {
        return stream == null
            ? Optional.empty()
            : Optional.of(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static TaskFunction find(String name) {
    return functions.find(new FunctionReference("", name));
  }

  private static Object call(String name, Object... arguments) {
    return find(name).call(Arrays.asList(arguments), Map.of());
  }

  private static List<Map<String, Object>> numbers(int count) {
    return LongStream.range(0, count).mapToObj(i -> Map.<String, Object>of("x", i)).toList();
  }

  @Test
  void aHelperRendersADocument() {
    assertThat(call("helpers.doc_to_text", Map.of("premise", " 犬。", "hypothesis", "猫。 ")))
        .isEqualTo("P: 犬。\nH: 猫。\n関係：");
  }

  @Test
  void manyCallsAreAnsweredInOrder() {
    List<List<Object>> calls =
        LongStream.range(0, 600).mapToObj(i -> List.<Object>of(Map.of("x", i))).toList();
    assertThat(find("kinds.twice").callEach(calls))
        .containsExactlyElementsOf(
            LongStream.range(0, 600).mapToObj(i -> (Object) (2 * i)).toList());
  }

  @Test
  void valuesKeepTheirKindsAndTuplesAndSetsBecomeLists() {
    Map<String, Object> document = new java.util.LinkedHashMap<>();
    document.put("none", null);
    document.put("flag", true);
    document.put("whole", 1.0);
    document.put("text", "é😀\u0000");
    document.put("nested", Map.of("list", List.of(1L, 2.5)));
    assertThat(call("kinds.echo", document)).isEqualTo(document);
    assertThat(call("kinds.collections")).isEqualTo(List.of(List.of(1L, "a"), List.of(1L, 2L)));
    assertThat(call("kinds.not_a_number")).isEqualTo(Double.NaN);
    assertThat(call("kinds.types", document)).isEqualTo("NoneType bool float str dict");
  }

  @Test
  void keywordsReachTheHelper() {
    assertThat(find("kinds.keywords").call(List.of(1L), Map.of("b", 2L)))
        .isEqualTo(List.of(1L, 2L));
  }

  @Test
  void aDataSetIsFilteredByRow() {
    List<Map<String, Object>> rows =
        List.of(Map.of("premise", "short"), Map.of("premise", "long ".repeat(20)));
    assertThat(find("helpers.process_docs").processDocuments(rows))
        .containsExactly(rows.getFirst());
  }

  @Test
  void aDataSetIsMappedShuffledAndRenamedAsTheLibraryDoes() {
    List<Map<String, Object>> processed = find("data.reshape").processDocuments(numbers(10));
    assertThat(processed)
        .extracting(row -> row.get("z"))
        .containsExactly(7L, 3L, 2L, 1L, 6L, 0L, 5L, 8L, 9L, 4L);
    assertThat(processed.getFirst()).isEqualTo(Map.of("z", 7L, "y", List.of(7L, 14L)));
  }

  @Test
  void partialFunctionsAndEmptyResultsWork() {
    assertThat(find("data.only_three").processDocuments(numbers(5)))
        .containsExactly(Map.of("x", 3L));
    assertThat(find("data.nothing").processDocuments(numbers(5))).isEmpty();
  }

  @Test
  void aDataSetAnswersItsLengthColumnsItemsAndSlices() {
    assertThat(find("data.look").processDocuments(numbers(4)))
        .containsExactly(
            Map.of(
                "length",
                4L,
                "columns",
                List.of("x"),
                "last",
                3L,
                "column",
                List.of(0L, 1L, 2L, 3L),
                "slice",
                List.of(1L, 2L)));
  }

  @Test
  void aFilterIsAClassOrAFunction() {
    List<List<Object>> answers = List.of(List.of("a", "b"), List.of("c"));
    List<Map<String, Object>> documents = numbers(2);
    assertThat(find("filters.Repeat").applyFilter(Map.of("times", 2L), answers, documents))
        .isEqualTo(List.of(List.of("aa", "bb"), List.of("cc")));
    assertThat(find("filters.join").applyFilter(Map.of(), answers, documents))
        .isEqualTo(List.of("0:a,b", "1:c"));
  }

  @Test
  void modulesBesideTheHelperAndTheHarnessesNamesAreFound() {
    assertThat(
            functions
                .find(new FunctionReference("family", "uses.answer"))
                .call(List.of(), Map.of()))
        .isEqualTo(List.of("beside", "P: a\nH: b\n関係：", 0.5));
  }

  @Test
  void helpersOfOneModuleShareItsState() {
    call("kinds.remember", 5L);
    assertThat(call("kinds.recall")).isEqualTo(5L);
  }

  @Test
  void anErrorNamesTheHelpersMessageFileAndLine() {
    assertFails(
        () -> call("broken.key", Map.of("x", 1L)),
        ErrorCode.FUNCTION_FAILED,
        message ->
            assertThat(message)
                .contains("KeyError: 'nope'", "broken.py, line 3", "document[\"nope\"]"));
    assertFails(
        () -> find("syntax.f"),
        ErrorCode.FUNCTION_FAILED,
        message -> assertThat(message).contains("SyntaxError", "syntax.py, line 2"));
    assertFails(
        () -> find("kinds.absent"),
        ErrorCode.FUNCTION_FAILED,
        message -> assertThat(message).contains("absent"));
    assertFails(
        () -> find("nowhere.f"),
        ErrorCode.FUNCTION_NOT_FOUND,
        message -> assertThat(message).contains("nowhere.py"));
  }

  @Test
  void aMissingLibraryIsNamed() {
    assertFails(
        () -> find("needs_numpy.f"),
        ErrorCode.FUNCTION_FAILED,
        message ->
            assertThat(message).contains("numpy", "needs_numpy.py, line 1", "standard library"));
  }

  @ParameterizedTest
  @CsvSource({
    "read_file, PermissionError",
    "run_process, PermissionError",
    "open_socket, socket",
    "java_class, java",
    "polyglot_eval, polyglot",
    "start_thread, PermissionError",
    "leave, tried to end its process",
    "leave_hard, PermissionError",
    "recurse, RecursionError",
  })
  void whatHelpersMayNotDoFailsAndTheProcessGoesOn(String name, String expected) {
    assertFails(
        () -> call("misbehaves." + name),
        ErrorCode.FUNCTION_FAILED,
        message -> assertThat(message).contains(expected, "misbehaves.py"));
    assertThat(call("kinds.twice", Map.of("x", 2L))).isEqualTo(4L);
  }

  @Test
  void theEnvironmentIsEmptyAndPrintingDisturbsNothing() {
    assertThat(call("misbehaves.environment")).isEqualTo(List.of());
    assertThat(call("misbehaves.print_much")).isEqualTo("printed");
  }

  @Test
  void limitsStopAHelperWithItsLineAndNothingElse() {
    try (PythonFunctions limited = start(Duration.ofSeconds(5))) {
      Function<String, Object> call =
          name -> limited.find(new FunctionReference("", name)).call(List.of(), Map.of());
      assertThat(call.apply("kinds.draw")).as("the seeded generator").isEqualTo(0.9664535356921388);
      assertFails(
          () -> call.apply("misbehaves.loop"),
          ErrorCode.FUNCTION_LIMIT,
          message ->
              assertThat(message)
                  .contains("misbehaves.loop", "longer than 5 s", "misbehaves.py, line"));
      assertThat(call.apply("misbehaves.print_much")).isEqualTo("printed");
      assertFails(
          () -> call.apply("misbehaves.eat"),
          ErrorCode.FUNCTION_LIMIT,
          message -> assertThat(message).contains("misbehaves.eat"));
    }
  }

  private static void assertFails(ThrowingCallable call, ErrorCode code, Consumer<String> message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> {
              assertThat(failure.code()).as(failure.getMessage()).isEqualTo(code);
              message.accept(failure.getMessage());
            });
  }
}
