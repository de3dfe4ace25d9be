package dev.mergefarm.eval.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The metrics that task files may name, with their defaults. */
public enum Metric {
  ACC("acc", Aggregation.MEAN, true),
  ACC_NORM("acc_norm", Aggregation.MEAN, true),
  ACC_BYTES("acc_bytes", Aggregation.MEAN, true),
  ACC_MUTUAL_INFO("acc_mutual_info", Aggregation.MEAN, true),
  ACC_ALL("acc_all", Aggregation.MEAN, true),
  EXACT_MATCH("exact_match", Aggregation.MEAN, true),
  LIKELIHOOD("likelihood", Aggregation.MEAN, true),
  F1("f1", Aggregation.F1, true),
  MCC("mcc", Aggregation.MATTHEWS, true),
  PERPLEXITY("perplexity", Aggregation.PERPLEXITY, false),
  WORD_PERPLEXITY("word_perplexity", Aggregation.WEIGHTED_PERPLEXITY, false),
  BYTE_PERPLEXITY("byte_perplexity", Aggregation.WEIGHTED_PERPLEXITY, false),
  BITS_PER_BYTE("bits_per_byte", Aggregation.BITS_PER_BYTE, false),
  BLEU("bleu", Aggregation.BLEU, true),
  CHRF("chrf", Aggregation.CHRF, true),
  TER("ter", Aggregation.TER, false),
  BRIER_SCORE("brier_score", Aggregation.BRIER, false),
  CODE_EVAL("code_eval", Aggregation.MEAN, true),
  BYPASS("bypass", Aggregation.BYPASS, true);

  private final String key;
  private final Aggregation aggregation;
  private final boolean higherIsBetter;

  Metric(String key, Aggregation aggregation, boolean higherIsBetter) {
    this.key = key;
    this.aggregation = aggregation;
    this.higherIsBetter = higherIsBetter;
  }

  /** The name that task files use. */
  public String key() {
    return key;
  }

  /** The aggregation of an entry that names none. */
  public Aggregation aggregation() {
    return aggregation;
  }

  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  public static Optional<Metric> find(String key) {
    return Arrays.stream(values()).filter(value -> value.key.equals(key)).findFirst();
  }

  public static List<String> keys() {
    return Arrays.stream(values()).map(Metric::key).toList();
  }
}
