package dev.mergefarm.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Expected values are those of lm-evaluation-harness 0.4.13 and sacrebleu 2.6. */
class AggregationTest {

  private static final Offset<Double> CLOSE = within(1e-12);
  private static final List<Double> SCORES = List.of(-1.0, -2.5, -0.5, -3.0, -1.25);
  private static final List<List<Long>> PAIRS =
      List.of(List.of(1L, 1L), List.of(0L, 1L), List.of(1L, 0L), List.of(0L, 0L), List.of(1L, 1L));
  private static final List<List<String>> ENGLISH =
      List.of(
          List.of("the cat sat on the mat", "the cat is on the mat"),
          List.of("hello world", "hello there world"));
  private static final List<List<String>> JAPANESE = List.of(List.of("今日は天気がいい。", "今日は天気が良いです。"));

  @Test
  void perplexityHasTheBootstrapErrorOfTheReference() {
    assertThat(Aggregation.PERPLEXITY.aggregate(SCORES)).isCloseTo(5.206979827179849, CLOSE);
    assertThat(StandardErrors.of(Aggregation.PERPLEXITY, SCORES, 1000).getAsDouble())
        .isCloseTo(2.5385305309460535, CLOSE);
    assertThat(StandardErrors.of(Aggregation.PERPLEXITY, SCORES, 2000).getAsDouble())
        .isCloseTo(2.546699840032937, CLOSE);
  }

  @Test
  void pairsOfClassesHaveF1AndCorrelation() {
    assertThat(Aggregation.F1.aggregate(PAIRS)).isCloseTo(0.6666666666666666, CLOSE);
    assertThat(Aggregation.MATTHEWS.aggregate(PAIRS)).isCloseTo(0.16666666666666666, CLOSE);
    assertThat(StandardErrors.of(Aggregation.F1, PAIRS, 100).getAsDouble())
        .isCloseTo(0.2627584320863363, CLOSE);
  }

  @Test
  void f1OfThreeClassesNeedsAnAverage() {
    List<List<Long>> three = List.of(List.of(0L, 1L), List.of(1L, 1L), List.of(2L, 0L));
    assertThatThrownBy(() -> Aggregation.F1.aggregate(three))
        .hasMessageContaining("weighted_f1_score");
    assertThat(Aggregation.WEIGHTED_F1.aggregate(three)).isCloseTo(2.0 / 9, CLOSE);
    assertThat(Aggregation.MACRO_F1.aggregate(three)).isCloseTo(2.0 / 9, CLOSE);
    assertThat(Aggregation.MICRO_F1.aggregate(three)).isCloseTo(1.0 / 3, CLOSE);
  }

  /** Counted out by hand: 2/3, 0 and 2/3 for the three classes. */
  @Test
  void f1OfClassesThatAreKnownCountsThoseThatDoNotOccur() {
    List<List<Long>> pairs =
        List.of(List.of(0L, 0L), List.of(1L, 2L), List.of(2L, 2L), List.of(0L, 1L));
    assertThat(Aggregation.THREE_CLASS_F1.aggregate(pairs)).isCloseTo(4.0 / 9, CLOSE);
    assertThat(Aggregation.THREE_CLASS_F1.aggregate(List.of(List.of(0L, 0L))))
        .isCloseTo(1.0 / 3, CLOSE);
  }

  @Test
  void meansHaveTheSampleError() {
    List<Double> values = List.of(1.0, 0.0, 1.0, 1.0);
    assertThat(StandardErrors.of(Aggregation.MEAN, values, 100_000)).hasValue(0.25);
    assertThat(StandardErrors.of(Aggregation.MEAN, values, 0)).isEmpty();
    assertThat(StandardErrors.of(Aggregation.MEAN, List.of(1.0), 100_000)).isEmpty();
  }

  @Test
  void brierScoresProbabilities() {
    List<Object> values = List.of(List.of(0L, List.of(0.7, 0.3)), List.of(1L, List.of(0.4, 0.6)));
    assertThat(Aggregation.BRIER.aggregate(values)).isCloseTo(0.25, CLOSE);
    assertThatThrownBy(
            () ->
                Aggregation.BRIER.aggregate(
                    List.of(List.of(0L, List.of(1.0)), List.of(0L, List.of(0.5, 0.5)))))
        .hasMessageContaining("as many choices");
  }

  @Test
  void translationsScoreAsSacrebleuScoresThem() {
    assertThat(Aggregation.BLEU.aggregate(ENGLISH)).isCloseTo(32.46679154750988, CLOSE);
    assertThat(Aggregation.CHRF.aggregate(ENGLISH)).isCloseTo(58.770776052364326, CLOSE);
    assertThat(Aggregation.TER.aggregate(ENGLISH)).isCloseTo(25.0, CLOSE);
    assertThat(Aggregation.BLEU.aggregate(JAPANESE)).isCloseTo(0.0, CLOSE);
    assertThat(Aggregation.CHRF.aggregate(JAPANESE)).isCloseTo(50.92171144416273, CLOSE);
  }

  @Test
  void weightedScoresDivideSums() {
    List<List<Number>> pairs = List.of(List.of(-10.0, 4L), List.of(-6.0, 4L));
    assertThat(Aggregation.WEIGHTED_PERPLEXITY.aggregate(pairs)).isCloseTo(Math.exp(2), CLOSE);
    assertThat(Aggregation.BITS_PER_BYTE.aggregate(pairs)).isCloseTo(2 / Math.log(2), CLOSE);
  }

  @Test
  void theMedianIsTheUpperOne() {
    assertThat(Aggregation.MEDIAN.aggregate(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(3.0);
  }

  @Test
  void groupsPoolTheErrorsOfTheirTasks() {
    assertThat(StandardErrors.pooled(new double[] {0.1, 0.2}, new int[] {10, 30}))
        .isCloseTo(0.15325417483795722, CLOSE);
  }

  @Test
  void exactMatchCleansBothSides() {
    ExactMatch lenient = ExactMatch.of(List.of(), true, true, false);
    assertThat(lenient.score("The Answer, 1,234.", "the answer 1234")).isEqualTo(1);
    ExactMatch gsm8k =
        ExactMatch.of(List.of(",", "\\$", "(?s).*#### ", "\\.$"), false, false, false);
    assertThat(gsm8k.score("$1,234.", "#### 1234")).isEqualTo(1);
    assertThat(ExactMatch.of(List.of(), false, false, true).score("a1b", "ab")).isEqualTo(1);
    assertThat(ExactMatch.of(List.of(), false, false, false).score("a", "a ")).isEqualTo(0);
  }
}
