package dev.mergefarm.eval.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {

  private static final TemplateOptions CHAT = TemplateOptions.chat(Clock.systemUTC());

  private static String render(String source, Map<String, Object> context) {
    return Template.compile(source, TemplateOptions.task()).render(context);
  }

  private static void assertFails(
      String source, TemplateOptions options, ErrorCode code, Consumer<TemplateFailure> check) {
    assertThatThrownBy(() -> Template.compile(source, options).render(Map.of("x", "v")))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              check.accept((TemplateFailure) failure.getCause());
            });
  }

  @Test
  void aSyntaxErrorNamesLineColumnAndText() {
    assertFails(
        "first\n  {{ x + }} end",
        TemplateOptions.task(),
        ErrorCode.TEMPLATE_SYNTAX,
        failure -> {
          assertThat(failure.type()).isEqualTo("TemplateSyntaxError");
          assertThat(failure.line()).isEqualTo(2);
          assertThat(failure.column()).isEqualTo(10);
          assertThat(failure.sourceLine()).isEqualTo("  {{ x + }} end");
        });
  }

  @Test
  void aFailureWhileRenderingNamesTheInnermostExpression() {
    assertFails(
        "é😀{% if true %}\n{{ x ~ (x.upper() + 1) }}{% endif %}",
        TemplateOptions.task(),
        ErrorCode.TEMPLATE_FAILED,
        failure -> {
          assertThat(failure.describe())
              .isEqualTo("TypeError: can only concatenate str (not \"int\") to str");
          assertThat(failure.line()).isEqualTo(2);
          assertThat(failure.column()).isEqualTo(19);
        });
  }

  @Test
  void whatATemplateChangesIsItsOwnCopy() {
    List<Object> given = new ArrayList<>(List.of(1L, new ArrayList<>(List.of(2L))));
    String text = render("{{ l.append(3) }}{{ l[1].clear() }}{{ l }}", Map.of("l", given));
    assertThat(text).isEqualTo("NoneNone[1, [], 3]");
    assertThat(given).isEqualTo(List.of(1L, List.of(2L)));
  }

  @Test
  void everyKindOfJavaNumberIsAPythonNumber() {
    Map<String, Object> context =
        Map.of(
            "i",
            1,
            "s",
            (short) 2,
            "f",
            1.5f,
            "b",
            new java.math.BigInteger("3"),
            "a",
            new Object[] {1});
    assertThat(render("{{ i + s + b }} {{ f }} {{ a }}", context)).isEqualTo("6 1.5 [1]");
  }

  @Test
  void datesPrintAsPythonsDo() {
    Map<String, Object> context = Map.of("d", LocalDateTime.of(2020, 1, 2, 3, 4));
    assertThat(render("{{ d }} {{ [d] }} {{ d.year }} {{ d.strftime('%d %b %Y') }}", context))
        .isEqualTo("2020-01-02 03:04:00 [datetime.datetime(2020, 1, 2, 3, 4)] 2020 02 Jan 2020");
  }

  @Test
  void aValueWithoutAPythonCounterpartIsRefused() {
    assertThatThrownBy(() -> render("{{ v }}", Map.of("v", new StringBuilder[0].getClass())))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  @Test
  void aTemplateServesManyRenderings() {
    Template template = Template.compile("{% set n = x ~ '!' %}{{ n }}", TemplateOptions.task());
    Map<String, Object> context = new HashMap<>();
    for (String word : List.of("a", "b")) {
      context.put("x", word);
      assertThat(template.render(context)).isEqualTo(word + "!");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ x.__class__.__mro__ }}",
        "{{ x.__init__() }}",
        "{{ x.__len__() }}",
        "{{ [].__class__('a') }}",
        "{{ (1).__class__.__base__ }}",
        "{{ x.getClass() }}",
        "{{ '{0.__class__}'.format(x) }}",
        "{{ cycler.__init__.__globals__ }}",
      })
  void nothingLeadsToTheInsideOfTheEngine(String source) {
    assertThatThrownBy(() -> render(source, Map.of("x", "v")))
        .isInstanceOf(MergefarmException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{ [].append(1) }}", "{{ {}.update({}) }}", "{{ x.__class__.__mro__ }}"})
  void theSandboxOfChatTemplatesRefusesChangesAndInternals(String source) {
    assertFails(
        source,
        CHAT,
        ErrorCode.TEMPLATE_FAILED,
        failure -> assertThat(failure.type()).isEqualTo("SecurityError"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 'a' * 999999999999 }}",
        "{{ [0] * 99999999 }}",
        "{{ 10 ** (10 ** 10) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'a'.center(999999999) }}",
        "{{ range(9999999999)|list }}",
        "{{ range(9999999999)|sum }}",
        "{% for i in range(9999999999) %}{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% set l = [1] %}{% for i in l %}{{ l.append(1) }}{% endfor %}",
        "{% set ns = namespace(t='abc') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
        "{% set ns = namespace(t='abc') %}{% for i in range(99) %}{% set ns.t = ns.t.replace('a', ns.t) %}{% endfor %}",
        "{% set ns = namespace(n=3) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ ('a' * 200)|regex_replace('a*a*a*a*a*a*a*c', '') }}",
        "{% set l = [] %}{{ l.append(l) }}{{ l|tojson }}",
      })
  void nothingRunsAway(String source) {
    TemplateOptions options = TemplateOptions.task().withLimits(1 << 20, 1 << 22);
    assertThatThrownBy(() -> Template.compile(source, options).render(Map.of()))
        .isInstanceOf(MergefarmException.class);
  }

  @Test
  void outputHasALimit() {
    assertFails(
        "{{ 'abc' * 10 }}",
        TemplateOptions.task().withLimits(20, 1000),
        ErrorCode.TEMPLATE_LIMIT,
        failure -> assertThat(failure.detail()).contains("20 characters"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "not ", "-", "1 if 1 else ", "x["})
  void deepNestingIsRefusedBeforeTheStackEnds(String open) {
    assertFails(
        "{{ " + open.repeat(20_000) + "x }}",
        TemplateOptions.task(),
        ErrorCode.TEMPLATE_LIMIT,
        failure -> assertThat(failure.detail()).contains("nested deeper"));
  }

  @Test
  void deeplyNestedBlocksAreRefused() {
    assertFails(
        "{% if x %}".repeat(20_000),
        TemplateOptions.task(),
        ErrorCode.TEMPLATE_LIMIT,
        failure -> assertThat(failure.detail()).contains("nested deeper"));
  }

  @Test
  void longChainsOfOperatorsAreEvaluatedOrRefusedButNeverCrash() {
    String source = "{{ 1" + " + 1".repeat(50_000) + " }}";
    assertThatThrownBy(() -> render(source, Map.of()))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TEMPLATE_LIMIT));
  }
}
