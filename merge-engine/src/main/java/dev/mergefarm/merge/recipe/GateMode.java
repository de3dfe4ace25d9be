package dev.mergefarm.merge.recipe;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the router's row of an expert is made from. */
public enum GateMode {
  /** The hidden states that enter each layer at the prompts' last tokens. */
  HIDDEN("hidden", "hidden_last"),
  /** The mean of the hidden states that enter each layer at all tokens of the prompts. */
  HIDDEN_AVERAGE("hidden_avg"),
  /** The sum of the embeddings of the prompts' tokens, the same for every layer. */
  CHEAP_EMBEDDING("cheap_embed"),
  /** Draws from the standard normal distribution. */
  RANDOM("random"),
  /** Draws that are even between plus and minus one over the root of the hidden size. */
  UNIFORM_RANDOM("uniform_random", "uniform");

  private final List<String> names;

  GateMode(String... names) {
    this.names = List.of(names);
  }

  /** Whether experts need prompts. */
  public boolean usesPrompts() {
    return switch (this) {
      case HIDDEN, HIDDEN_AVERAGE, CHEAP_EMBEDDING -> true;
      case RANDOM, UNIFORM_RANDOM -> false;
    };
  }

  /** The mode of a name in a recipe. */
  static Optional<GateMode> named(String name) {
    return Arrays.stream(values()).filter(mode -> mode.names.contains(name)).findFirst();
  }

  static List<String> allNames() {
    return Arrays.stream(values()).flatMap(mode -> mode.names.stream()).toList();
  }
}
