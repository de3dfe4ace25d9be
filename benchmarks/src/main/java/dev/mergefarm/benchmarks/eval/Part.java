package dev.mergefarm.benchmarks.eval;

import java.util.Arrays;
import java.util.Locale;

/** What is measured: each part is one task. */
enum Part {
  CHOICES("4 choices of words, 5 fixed examples", 32),
  LETTERS("4 choices of a letter, 5 fixed examples", 64),
  DRAWN("4 choices of words, 5 examples drawn anew for each question", 16),
  GENERATION("greedy generation of 48 tokens, 5 fixed examples", 32),
  SIXTEEN("the same, 16 questions: one batch of the reference", 16),
  PERPLEXITY("whole texts", 6);

  private final String meaning;
  private final int documents;

  Part(String meaning, int documents) {
    this.meaning = meaning;
    this.documents = documents;
  }

  String meaning() {
    return meaning;
  }

  /** Documents measured unless the run says otherwise: seconds of work for the reference. */
  int documents() {
    return documents;
  }

  /** As in options. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The task's name. */
  String task() {
    return "benchmark_" + label();
  }

  /** Whether answers are texts. */
  boolean generates() {
    return this == GENERATION || this == SIXTEEN;
  }

  static Part named(String label) {
    for (Part part : values()) {
      if (part.label().equals(label)) {
        return part;
      }
    }
    throw new IllegalArgumentException(
        "no part '%s'; there are %s"
            .formatted(label, Arrays.stream(values()).map(Part::label).toList()));
  }
}
