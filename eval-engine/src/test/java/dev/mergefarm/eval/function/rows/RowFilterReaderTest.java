package dev.mergefarm.eval.function.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowFilterReaderTest {

  private static final String PLAIN =
      """
      from functools import partial

      def process_docs(dataset, subject):
          return dataset.filter(lambda x: x["subject"] == subject)

      process_law = partial(process_docs, subject="law")
      """;

  @Test
  void partialOfAFilterIsUnderstood() {
    assertThat(RowFilterReader.read(PLAIN, "process_law"))
        .contains(new RowFilter("subject", new RowFilter.Comparison.OneOf(List.of("law"), false)));
  }

  @Test
  void lineEndsCommentsAndBracketsDoNotMatter() {
    String source =
        "import re  # for others\r\nfrom functools import (\n    partial,\n)\r\n"
            + "TEXT = '''a\ndef process_docs(): # no\n'''\n"
            + "def process_docs(\n    dataset: 'Dataset', *\n) :\n    return 1\n";
    assertThat(RowFilterReader.read(source, "process_docs")).isEmpty();
    assertThat(
            RowFilterReader.read(
                "\"\"\"About.\"\"\"\n\ndef f( # a\n    d : x.Y[a, b] ,\n) -> x.Y :\n\n"
                    + "    # why\n    return d . filter (\n        lambda r : r [ 'c' ] == -1\n    )\n",
                "f"))
        .isEmpty();
    assertThat(
            RowFilterReader.read(
                "\"\"\"About.\"\"\"\n\ndef f( # a\n    d : x.Y[a, b] ,\n) -> x.Y :\n\n"
                    + "    # why\n    return d . filter (\n        lambda r : r [ 'c' ] == 1\n    )\n",
                "f"))
        .contains(new RowFilter("c", new RowFilter.Comparison.OneOf(List.of(1L), false)));
  }

  /** Each would make the name mean something else, or might. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "process_law = other",
        "def process_docs(dataset, subject):\n    return dataset",
        "from functools import partial as process_docs",
        "from helpers import *",
        "from helpers import process_docs",
        "def partial(f, **k):\n    return f",
        "import partial",
        "globals()['process_law'] = 1",
        "globals().update(names)",
        "if True:\n    process_law = 1",
        "for process_law in []: pass",
        "process_docs.__code__ = other",
        "exec('process_law = 1')",
        "x = (process_law := 1)",
        "process_law += 1",
        "a, process_law = 1, 2",
        "del process_law",
        "def f():\n    global process_law\n    process_law = 1\nx = f()",
        "import sys; process_law = 1",
        "try:\n    import numpy\nexcept ImportError:\n    process_law = None",
        "$"
      })
  void moduleThatMayChangeTheNameIsLeftToPython(String further) {
    assertThat(RowFilterReader.read(PLAIN + further + "\n", "process_law")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return d.filter(lambda x: x['c'] == 1 or x['c'] == 2)",
        "return d.filter(lambda x: not x['c'] == 1)",
        "return d.filter(lambda x: x['c'].lower() == 'a')",
        "return d.filter(lambda x: x['c'] == unknown)",
        "return d.filter(lambda x: x['c'] == 1.5)",
        "return d.filter(lambda x: x['c'] == b'a')",
        "return d.filter(lambda x: x['c'] == f'{x}')",
        "return d.filter(lambda x: x['c'] == 'a' 'b')",
        "return d.filter(lambda x: x['c'] == 1, num_proc=2)",
        "return d.filter(lambda x: x[0] == 1)",
        "return d.filter(lambda x: d['c'] == 1)",
        "return d.filter(lambda x, y: x['c'] == 1)",
        "return d.filter(lambda x: x['c'] == 1).map(f)",
        "return d.filter(f)",
        "return e.filter(lambda x: x['c'] == 1)",
        "d = d.shuffle()\n    return d.filter(lambda x: x['c'] == 1)",
        "yield d.filter(lambda x: x['c'] == 1)"
      })
  void otherConditionsAreLeftToPython(String body) {
    assertThat(RowFilterReader.read("def f(d):\n    " + body + "\n", "f")).isEmpty();
  }

  @Test
  void longTextsAreReadToTheirEnd() {
    String filler = "x\\n\"'".repeat(20_000);
    String source = "TEXT = \"\"\"" + filler + "\"\"\"\n" + PLAIN;
    assertThat(RowFilterReader.read(source, "process_law")).isPresent();
    assertThat(RowFilterReader.read("TEXT = '''" + filler + "\n" + PLAIN, "process_law")).isEmpty();
  }

  @Test
  void decoratedFunctionsAreLeftToPython() {
    String source = "@cached\ndef f(d):\n    return d.filter(lambda x: x['c'] == 1)\n";
    assertThat(RowFilterReader.read(source, "f")).isEmpty();
  }
}
