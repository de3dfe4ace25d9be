package dev.mergefarm.eval.model.run;

import java.util.List;
import java.util.Optional;

/**
 * Which tokens are computed together to score a list of requests. Depends on the graph, the
 * requests and the budget but not on the weights, so it serves any checkpoint.
 *
 * @param requests how many requests it answers
 * @param threads how many batches may be computed at a time within the budget
 * @param batches in the order they should start
 * @param bytesPerThread the budget of each batch
 */
public record ScoringPlan(int requests, int threads, List<Batch> batches, long bytesPerThread) {

  public ScoringPlan {
    batches = List.copyOf(batches);
  }

  /**
   * One forward pass.
   *
   * @param trees side by side
   * @param prefix computed before, shared by several batches
   * @param regime of rotary frequencies
   * @param bytes of activations at most
   */
  record Batch(List<Tree> trees, Optional<Prefix> prefix, int regime, long bytes) {
    Batch {
      trees = List.copyOf(trees);
    }

    int prefixLength() {
      return prefix.map(value -> value.tokens().length).orElse(0);
    }
  }

  /** Tokens that all trees of its batches follow. Compared by identity. */
  static final class Prefix {
    private final int[] tokens;

    Prefix(int[] tokens) {
      this.tokens = tokens;
    }

    int[] tokens() {
      return tokens;
    }
  }

  /**
   * Sequences that share beginnings.
   *
   * @param answers what is read off its nodes
   */
  record Tree(TokenTree tokens, List<Answer> answers) {
    Tree {
      answers = List.copyOf(answers);
    }
  }

  /**
   * One request's share of a tree.
   *
   * @param request its place in the list
   * @param nodes whose next token is predicted, one per target
   * @param targets the continuation
   */
  record Answer(int request, int[] nodes, int[] targets) {}

  /** Tokens that the plan computes, prefixes included; fillers not. */
  public long tokens() {
    long trees =
        batches.stream()
            .flatMap(batch -> batch.trees().stream())
            .mapToLong(tree -> tree.tokens().size())
            .sum();
    long prefixes =
        batches.stream()
            .flatMap(batch -> batch.prefix().stream())
            .distinct()
            .mapToLong(prefix -> prefix.tokens().length)
            .sum();
    return trees + prefixes;
  }

  /** The most activation bytes of any batch. */
  public long largestBatchBytes() {
    return batches.stream().mapToLong(Batch::bytes).max().orElse(0);
  }
}
