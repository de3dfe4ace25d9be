package dev.mergefarm.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutputTest {

  @Test
  void sizesHaveThreeFigures() {
    assertThat(Units.bytes(0)).isEqualTo("0 B");
    assertThat(Units.bytes(999)).isEqualTo("999 B");
    assertThat(Units.bytes(999.6)).isEqualTo("1.00 kB");
    assertThat(Units.bytes(12_345_678)).isEqualTo("12.3 MB");
    assertThat(Units.bytes(1.53e9)).isEqualTo("1.53 GB");
    assertThat(Units.bytes(9.99e20)).isEqualTo("999000 PB");
  }

  @Test
  void timesChangeUnitsAsTheyGrow() {
    assertThat(Units.time(Duration.ofMillis(850))).isEqualTo("850 ms");
    assertThat(Units.time(Duration.ofMillis(12_340))).isEqualTo("12.3 s");
    assertThat(Units.time(Duration.ofSeconds(245))).isEqualTo("4 min 05 s");
    assertThat(Units.time(Duration.ofMinutes(130))).isEqualTo("2 h 10 min");
  }

  @Test
  void columnsAlignAndNumbersStandToTheRight() {
    StringWriter text = new StringWriter();
    new Table("model", "acc").row("capitals", "0.5").row("a", "10.25").print(new PrintWriter(text));
    assertThat(text.toString().lines())
        .containsExactly("model     acc", "capitals    0.5", "a         10.25");
  }

  @Test
  void withoutATerminalEachTenthIsOneLine() {
    StringWriter text = new StringWriter();
    try (ProgressLine line = new ProgressLine(new PrintWriter(text), false, "job")) {
      for (int done = 0; done <= 100; done++) {
        line.show("merge", done, 100, "", Optional.of(Duration.ofSeconds(1)));
      }
    }
    assertThat(text.toString().lines()).hasSize(11).first().isEqualTo("job  merge 0 %, 1.0 s left");
    assertThat(text.toString()).doesNotContain("\r").doesNotContain("\u001b");
  }

  @Test
  void onATerminalTheLineRedrawsItselfAndIsCleared() {
    StringWriter text = new StringWriter();
    try (ProgressLine line = new ProgressLine(new PrintWriter(text), true, "job")) {
      line.show("merge", 1, 2, "5 MB/s", Optional.empty());
    }
    assertThat(text.toString()).contains("50 %").contains("5 MB/s").endsWith("\r\u001b[2K");
  }
}
