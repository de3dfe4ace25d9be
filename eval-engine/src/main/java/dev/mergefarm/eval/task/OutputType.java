package dev.mergefarm.eval.task;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a task asks of the model for each document. */
public enum OutputType {
  /** The likelihood of each of several continuations; the most likely one is the answer. */
  MULTIPLE_CHOICE("multiple_choice", List.of("acc", "acc_norm")),
  /** The likelihood of one continuation. */
  LOGLIKELIHOOD("loglikelihood", List.of("perplexity", "acc")),
  /** The likelihood of a whole text. */
  LOGLIKELIHOOD_ROLLING(
      "loglikelihood_rolling", List.of("word_perplexity", "byte_perplexity", "bits_per_byte")),
  /** Text generated up to a stop string. */
  GENERATE_UNTIL("generate_until", List.of("exact_match"));

  private final String key;
  private final List<String> defaultMetrics;

  OutputType(String key, List<String> defaultMetrics) {
    this.key = key;
    this.defaultMetrics = defaultMetrics;
  }

  /** The name that task files use. */
  public String key() {
    return key;
  }

  /** The metrics of a task without a {@code metric_list}. */
  public List<String> defaultMetrics() {
    return defaultMetrics;
  }

  public static Optional<OutputType> find(String key) {
    return Arrays.stream(values()).filter(type -> type.key.equals(key)).findFirst();
  }

  public static List<String> keys() {
    return Arrays.stream(values()).map(OutputType::key).toList();
  }
}
