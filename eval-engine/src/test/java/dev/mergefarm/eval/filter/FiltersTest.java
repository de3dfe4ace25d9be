package dev.mergefarm.eval.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Expected values are those of lm-evaluation-harness 0.4.13. */
class FiltersTest {

  private static List<Object> apply(
      String name, Map<String, Object> options, Map<String, Object> document, Object... answers) {
    Problems problems = new Problems();
    AnswerFilter filter = Filters.create(name, options, "task.filter", problems);
    assertThat(problems.all()).isEmpty();
    List<Object> lists = new ArrayList<>();
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Object answer : answers) {
      lists.add(answer instanceof List<?> ? answer : List.of(answer));
      documents.add(document);
    }
    return filter.apply(lists, documents);
  }

  @Test
  void aRegexTakesTheSelectedMatchAndOfSeveralGroupsTheFirstThatIsNotEmpty() {
    Map<String, Object> flexible =
        Map.of("regex_pattern", "(-?[$0-9.,]{2,})|(-?[0-9]+)", "group_select", -1L);
    assertThat(apply("regex", flexible, Map.of(), "a 12 b 3", "none", "$1,000. ok 7"))
        .containsExactly(List.of("3"), List.of("[invalid]"), List.of("7"));
  }

  @Test
  void theMostFrequentAnswerWinsAndOfEqualsTheFirst() {
    List<Object> numbers =
        apply(
            "regex",
            Map.of(),
            Map.of(),
            List.of("#### 5", "#### 6", "#### 6"),
            List.of("z", "#### 1"));
    assertThat(apply("majority_vote", Map.of(), Map.of(), numbers.toArray()))
        .containsExactly(List.of("6"), List.of("[invalid]"));
  }

  @Test
  void aChoiceIsFoundByExpressionByItsTextOrByItsLetter() {
    Map<String, Object> options =
        Map.of("regex_pattern", "(\\([A-Z]\\))", "ignore_case", true, "ignore_punctuation", true);
    Map<String, Object> document = Map.of("choices", List.of("bar", "foo", "qux"));
    assertThat(
            apply(
                "multi_choice_regex",
                options,
                document,
                "ans (B)",
                "I pick foo",
                "Answer: C",
                "nope"))
        .containsExactly(List.of("(B)"), List.of("(B)"), List.of("(C)"), List.of("[invalid]"));
  }

  @Test
  void textsAreStrippedLoweredRaisedAndLookedUp() {
    assertThat(apply("remove_whitespace", Map.of(), Map.of(), "\u3000 a\n"))
        .containsExactly(List.of("a"));
    assertThat(apply("lowercase", Map.of(), Map.of(), "ÀB")).containsExactly(List.of("àb"));
    assertThat(apply("uppercase", Map.of(), Map.of(), "straße"))
        .containsExactly(List.of("STRASSE"));
    Map<String, Object> table = Map.of("mapping_dict", Map.of("A", 1L), "default_value", 0L);
    assertThat(apply("map", table, Map.of(), "A", "B")).containsExactly(List.of(1L), List.of(0L));
  }

  @Test
  void theFirstAnswersAreTaken() {
    assertThat(apply("take_first", Map.of(), Map.of(), List.of("a", "b"))).containsExactly("a");
    assertThat(apply("take_first_k", Map.of("k", 2L), Map.of(), List.of("a", "b", "c")))
        .containsExactly(List.of("a", "b"));
    assertThatThrownBy(() -> apply("take_first_k", Map.of("k", 2L), Map.of(), List.of("a")))
        .hasMessageContaining("set repeats");
  }

  @Test
  void tagsAndSpansAreRead() {
    assertThat(apply("regex_pos", Map.of(), Map.of(), "[('a', 'DET'), ('b', 'NOUN')]", "?"))
        .containsExactly(List.of(List.of("DET", "NOUN")), List.of(List.of("invalid")));
    assertThat(apply("format_span", Map.of(), Map.of(), "Person: Ann, Bo $$ LOC: none"))
        .containsExactly(List.of("per: ann $ per: bo"));
  }

  @Test
  void unknownNamesAndOptionsAndMalformedExpressionsAreProblems() {
    Problems problems = new Problems();
    Filters.create("takefirst", Map.of(), "t", problems);
    Filters.create("regex", Map.of("regex_patern", "x"), "t", problems);
    Filters.create("regex", Map.of("regex_pattern", "(x"), "t", problems);
    Filters.create("take_first_k", Map.of(), "t", problems);
    assertThat(problems.errors())
        .extracting(problem -> problem.code())
        .containsExactly(
            ErrorCode.UNKNOWN_FILTER,
            ErrorCode.UNKNOWN_KEY,
            ErrorCode.INVALID_VALUE,
            ErrorCode.INVALID_VALUE);
    assertThat(problems.errors().getFirst().suggestion()).hasValue("take_first");
    assertThat(problems.errors().get(1).suggestion()).hasValue("regex_pattern");
  }
}
