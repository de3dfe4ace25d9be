package dev.mergefarm.merge.mixture;

import dev.mergefarm.merge.recipe.GateMode;
import dev.mergefarm.merge.recipe.ModelName;
import java.util.List;

/**
 * The gates that a mixture needs.
 *
 * @param base the model that prompts are read with
 * @param embedding name of its embeddings
 * @param routed one for each expert that tokens are routed to
 * @param shared one for each expert for all tokens that has a gate
 * @param layers how many layers need gates
 * @param hidden length of a gate
 * @param seed of gates that are drawn
 */
public record GateRequest(
    ModelName base,
    String embedding,
    GateMode mode,
    List<Prompts> routed,
    List<Prompts> shared,
    int layers,
    int hidden,
    long seed) {

  /** Most memory that all gates of a mixture may take, in bytes. */
  public static final long MOST_BYTES = 128L << 20;

  /** What an expert is for, and what it is not for. */
  public record Prompts(List<String> positive, List<String> negative) {
    public Prompts {
      positive = List.copyOf(positive);
      negative = List.copyOf(negative);
    }
  }

  public GateRequest {
    routed = List.copyOf(routed);
    shared = List.copyOf(shared);
  }

  /** The memory that the gates take. */
  public long bytes() {
    return (long) Float.BYTES * layers * hidden * (routed.size() + shared.size());
  }
}
