package dev.mergefarm.eval.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonLiteralTest {

  @Test
  void listsTuplesAndSetsBecomeLists() {
    assertThat(PythonLiteral.parse("['a', \"b\", 1, 2.5, True, None,]"))
        .isEqualTo(Arrays.asList("a", "b", 1L, 2.5, true, null));
    assertThat(PythonLiteral.parse("(1, (2,), ())")).isEqualTo(List.of(1L, List.of(2L), List.of()));
    assertThat(PythonLiteral.parse("{1, 2, 1.0}")).isEqualTo(List.of(1L, 2L));
    assertThat(PythonLiteral.parse("1, 'x'")).isEqualTo(List.of(1L, "x"));
    assertThat(PythonLiteral.parse("('x')")).isEqualTo("x");
    assertThat(PythonLiteral.parse("set()")).isEqualTo(List.of());
  }

  @Test
  void dictsKeepTheirOrderAndTheLastOfEqualKeys() {
    assertThat(PythonLiteral.parse("{'b': 1, 'a': [2], 'b': 3}"))
        .isEqualTo(Map.of("b", 3L, "a", List.of(2L)))
        .asInstanceOf(
            org.assertj.core.api.InstanceOfAssertFactories.map(String.class, Object.class))
        .containsOnlyKeys("b", "a");
  }

  @Test
  void stringsAreReadInEveryQuoteAndPrefixAndJoined() {
    assertThat(PythonLiteral.parse("'it\\'s' \"\\u3042\\n\\x41\" r'\\n'")).isEqualTo("it'sあ\nA\\n");
    assertThat(PythonLiteral.parse("['''a\nb''', \"\"\"c'\"\"\"]"))
        .isEqualTo(List.of("a\nb", "c'"));
    assertThat((byte[]) PythonLiteral.parse("b'\\xff'")).containsExactly(0xff);
  }

  @Test
  void numbersAreReadInEveryForm() {
    assertThat(PythonLiteral.parse("[-1, +2, 0x1F, 1_000, .5, 1., 1e3, 0]"))
        .isEqualTo(List.of(-1L, 2L, 31L, 1000L, 0.5, 1.0, 1000.0, 0L));
    assertThat(PythonLiteral.parse("123456789012345678901234567890"))
        .isEqualTo(new BigInteger("123456789012345678901234567890"));
  }

  @Test
  void lineEndsAndCommentsCountNothingInsideBrackets() {
    assertThat(PythonLiteral.parse("  [1, # one\n 2]\n")).isEqualTo(List.of(1L, 2L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "foo",
        "[1, 2",
        "007",
        "1 2",
        "[1 2]",
        "'a",
        "f'x'",
        "a.b",
        "-'x'",
        "1+2",
        "[,]",
        "1j",
        "{'a': 1, 'b'}",
        "'a' b'b'",
        "{[]: 1}",
        "1a",
        "None2",
        "'\\x1'",
        "1,\n2",
        "True()"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> PythonLiteral.parse(text))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  @Test
  void printedValuesReadBackAsTheyWere() {
    List<Object> value =
        Arrays.asList("it's \"x\"\u200b", 1L, 0.1, 1e-5, 1e16, null, true, Map.of("k", List.of()));
    assertThat(PythonLiteral.parse(PythonLiteral.repr(value))).isEqualTo(value);
  }

  @Test
  void deepNestingIsRefusedBeforeTheStackEnds() {
    assertThatThrownBy(() -> PythonLiteral.parse("[".repeat(100_000)))
        .isInstanceOf(MergefarmException.class);
  }
}
