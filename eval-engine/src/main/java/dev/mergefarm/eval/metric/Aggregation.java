package dev.mergefarm.eval.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How the values of all documents become one number. A value is a {@link Number}, or a list (a pair
 * of score and weight, of gold and prediction, of references and prediction).
 */
public enum Aggregation {
  MEAN("mean", Numbers::mean, ErrorMethod.MEAN),
  NANMEAN("nanmean", Numbers::meanIgnoringNan, ErrorMethod.BOOTSTRAP),
  MEDIAN("median", Numbers::upperMedian, ErrorMethod.BOOTSTRAP),
  PERPLEXITY("perplexity", Numbers::perplexity, ErrorMethod.BOOTSTRAP),
  WEIGHTED_PERPLEXITY("weighted_perplexity", Numbers::weightedPerplexity, ErrorMethod.NONE),
  BITS_PER_BYTE("bits_per_byte", Numbers::bitsPerByte, ErrorMethod.NONE),
  F1("f1", Classification::binaryF1, ErrorMethod.BOOTSTRAP),
  WEIGHTED_F1("weighted_f1_score", Classification::weightedF1, ErrorMethod.NONE),
  MACRO_F1("macro_f1_score", Classification::macroF1, ErrorMethod.NONE),
  /** As the reference's task {@code cb} names it. */
  THREE_CLASS_F1("cb_multi_fi", Classification::threeClassF1, ErrorMethod.NONE),
  MICRO_F1("micro_f1_score", Classification::microF1, ErrorMethod.NONE),
  MATTHEWS("matthews_corrcoef", Classification::matthews, ErrorMethod.BOOTSTRAP),
  BRIER("brier_score", Classification::brier, ErrorMethod.NONE),
  BLEU("bleu", Bleu::corpus, ErrorMethod.SHORT_BOOTSTRAP),
  CHRF("chrf", Chrf::corpus, ErrorMethod.SHORT_BOOTSTRAP),
  TER("ter", Ter::corpus, ErrorMethod.SHORT_BOOTSTRAP),
  BYPASS("bypass", values -> 999, ErrorMethod.NONE);

  /** How the standard error of an aggregate is estimated. */
  enum ErrorMethod {
    /** Sample standard deviation over the square root of the count. */
    MEAN,
    /** Resampling of documents. */
    BOOTSTRAP,
    /** Resampling with at most 100 replicates, for aggregates that are slow to compute. */
    SHORT_BOOTSTRAP,
    /** Not estimated. */
    NONE
  }

  private final String key;
  private final ToDoubleFunction<List<?>> formula;
  private final ErrorMethod errorMethod;

  Aggregation(String key, ToDoubleFunction<List<?>> formula, ErrorMethod errorMethod) {
    this.key = key;
    this.formula = formula;
    this.errorMethod = errorMethod;
  }

  /** The name that task files use. */
  public String key() {
    return key;
  }

  ErrorMethod errorMethod() {
    return errorMethod;
  }

  /**
   * @param values one for each document, in order; at least one
   * @throws IllegalArgumentException if a value is not of the kind that this aggregation takes
   */
  public double aggregate(List<?> values) {
    return formula.applyAsDouble(values);
  }

  public static Optional<Aggregation> find(String key) {
    return Arrays.stream(values()).filter(value -> value.key.equals(key)).findFirst();
  }

  public static List<String> keys() {
    return Arrays.stream(values()).map(Aggregation::key).toList();
  }
}
