package dev.mergefarm.eval.model.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.graph.Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Plans scoring so that no token is computed twice that can be computed once, similar lengths go
 * together, and no batch passes its share of the activation budget.
 */
public final class ScoringPlanner {

  /** More tokens than this in a batch make nothing faster. */
  private static final int BATCH_TOKENS = 2048;

  /** Fewer tokens than this in a batch make matrix products slower. */
  private static final int LEAST_BATCH_TOKENS = 256;

  /** Batches for each thread, where there are threads to keep equally busy. */
  private static final int BATCHES_PER_THREAD = 4;

  private final Decoder decoder;
  private final int maximumLength;
  private final int mostRequests;
  private final ActivationCost cost;

  /** With as many requests in a batch as the budget allows. */
  public ScoringPlanner(Decoder decoder, int maximumLength) {
    this(decoder, maximumLength, Integer.MAX_VALUE);
  }

  /**
   * @param mostRequests in a batch; those that are read off one sequence of tokens stay together
   */
  public ScoringPlanner(Decoder decoder, int maximumLength, int mostRequests) {
    this.decoder = decoder;
    this.maximumLength = maximumLength;
    this.mostRequests = mostRequests;
    this.cost = new ActivationCost(decoder);
  }

  /** A distinct input with the requests that are read off it. */
  private record Sequence(int[] input, List<Integer> requests) {}

  /**
   * @param threads batches computed at a time at most
   * @param budget bytes of activations of all batches in flight
   * @throws MergefarmException with {@code INVALID_VALUE} when a continuation is longer than the
   *     model, or when one sequence alone needs more than the budget
   */
  public ScoringPlan plan(List<TokenizedRequest> requests, int threads, long budget) {
    int longest = longest(requests);
    int usable = usableThreads(longest, threads, budget);
    long share = budget / usable;
    List<BatchBuilder> builders = new ArrayList<>();
    byRegime(requests)
        .forEach(
            (regime, chosen) ->
                builders.add(
                    new BatchBuilder(requests, sequences(requests, chosen), regime, share)));
    int target = targetTokens(builders.stream().mapToLong(BatchBuilder::tokens).sum(), usable);
    List<ScoringPlan.Batch> batches =
        builders.stream().flatMap(builder -> builder.build(target).stream()).toList();
    return new ScoringPlan(requests.size(), usable, batches, share);
  }

  private static int targetTokens(long tokens, int threads) {
    return threads == 1
        ? BATCH_TOKENS
        : Math.clamp(
            tokens / ((long) BATCHES_PER_THREAD * threads), LEAST_BATCH_TOKENS, BATCH_TOKENS);
  }

  private int longest(List<TokenizedRequest> requests) {
    int longest = 1;
    for (TokenizedRequest request : requests) {
      if (request.continuation().length > maximumLength) {
        throw new MergefarmException(
            ErrorCode.INVALID_VALUE,
            "A continuation of %d tokens is longer than the model's %d."
                .formatted(request.continuation().length, maximumLength));
      }
      int all = request.context().length + request.continuation().length - 1;
      longest = Math.max(longest, Math.min(maximumLength, all));
    }
    return longest;
  }

  private int usableThreads(int longest, int threads, long budget) {
    long needed = Math.max(cost.pass(1, longest, longest, true), cost.logits(longest, 1));
    if (needed > budget) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "A sequence of %d tokens needs %d bytes of activations; the budget is %d bytes."
              .formatted(longest, needed, budget));
    }
    return Math.clamp(budget / needed, 1, threads);
  }

  private Map<Integer, List<Integer>> byRegime(List<TokenizedRequest> requests) {
    Map<Integer, List<Integer>> regimes = new TreeMap<>();
    for (int i = 0; i < requests.size(); i++) {
      int length = requests.get(i).input(maximumLength).length;
      regimes.computeIfAbsent(decoder.regime(length), _ -> new ArrayList<>()).add(i);
    }
    return regimes;
  }

  /** The distinct inputs in lexicographic order. */
  private List<Sequence> sequences(List<TokenizedRequest> requests, List<Integer> chosen) {
    Map<int[], List<Integer>> byInput = new TreeMap<>(Arrays::compare);
    for (int request : chosen) {
      byInput
          .computeIfAbsent(requests.get(request).input(maximumLength), _ -> new ArrayList<>())
          .add(request);
    }
    return byInput.entrySet().stream()
        .map(entry -> new Sequence(entry.getKey(), entry.getValue()))
        .toList();
  }

  /**
   * Trees that follow one prefix.
   *
   * @param trees largest first
   */
  private record PrefixedTrees(Optional<ScoringPlan.Prefix> prefix, List<ScoringPlan.Tree> trees) {

    int prefixLength() {
      return prefix.map(value -> value.tokens().length).orElse(0);
    }

    long tokens() {
      return prefixLength() + trees.stream().mapToLong(tree -> tree.tokens().size()).sum();
    }
  }

  /** Makes the batches of one regime. */
  private final class BatchBuilder {

    private final List<TokenizedRequest> requests;
    private final List<Sequence> sequences;
    private final int regime;
    private final long share;
    private final List<PrefixedTrees> groups;

    BatchBuilder(
        List<TokenizedRequest> requests, List<Sequence> sequences, int regime, long share) {
      this.requests = requests;
      this.sequences = sequences;
      this.regime = regime;
      this.share = share;
      int[] scoredFrom =
          sequences.stream()
              .mapToInt(sequence -> sequence.input().length - longestContinuation(sequence))
              .toArray();
      this.groups =
          new SequenceGroups(sequences.stream().map(Sequence::input).toList(), scoredFrom, true)
              .groups().stream().map(this::fitting).map(this::grown).toList();
    }

    /** Tokens to compute, fillers not counted. */
    long tokens() {
      return groups.stream().mapToLong(PrefixedTrees::tokens).sum();
    }

    /**
     * @param targetTokens of a batch, fillers included
     */
    List<ScoringPlan.Batch> build(int targetTokens) {
      return groups.stream().flatMap(group -> batches(group, targetTokens).stream()).toList();
    }

    private int longestContinuation(Sequence sequence) {
      return sequence.requests().stream()
          .mapToInt(request -> requests.get(request).continuation().length)
          .max()
          .orElseThrow();
    }

    /** The group itself, or the same trees without a prefix that takes too much of the budget. */
    private SequenceGroups.Group fitting(SequenceGroups.Group group) {
      int prefix = group.prefix();
      int longest =
          group.trees().stream()
              .flatMapToInt(span -> java.util.stream.IntStream.range(span.from(), span.to()))
              .map(place -> sequences.get(place).input().length)
              .max()
              .orElseThrow();
      long kept = cost.cache(1, prefix);
      boolean fits =
          kept + cost.pass(1, prefix, prefix, true) <= share
              && kept + cost.pass(1, longest - prefix, longest, true) <= share
              && kept + cost.logits(longest - prefix, 1) <= share;
      return fits ? group : new SequenceGroups.Group(0, group.trees());
    }

    /** The group's trees, largest first. */
    private PrefixedTrees grown(SequenceGroups.Group group) {
      long left = share - cost.cache(1, group.prefix());
      List<ScoringPlan.Tree> trees =
          group.trees().stream()
              .flatMap(span -> trees(span, group.prefix(), left).stream())
              .sorted(
                  Comparator.comparingInt((ScoringPlan.Tree tree) -> tree.tokens().size())
                      .reversed())
              .toList();
      return new PrefixedTrees(prefix(group), trees);
    }

    private List<ScoringPlan.Batch> batches(PrefixedTrees group, int targetTokens) {
      List<ScoringPlan.Batch> batches = new ArrayList<>();
      List<ScoringPlan.Tree> open = new ArrayList<>();
      for (ScoringPlan.Tree tree : group.trees()) {
        if (!open.isEmpty() && !hasRoom(open, tree, group.prefixLength(), targetTokens)) {
          batches.add(batch(open, group.prefix()));
          open.clear();
        }
        open.add(tree);
      }
      if (!open.isEmpty()) {
        batches.add(batch(open, group.prefix()));
      }
      return batches;
    }

    private Optional<ScoringPlan.Prefix> prefix(SequenceGroups.Group group) {
      if (group.prefix() == 0) {
        return Optional.empty();
      }
      int[] any = sequences.get(group.trees().getFirst().from()).input();
      return Optional.of(new ScoringPlan.Prefix(Arrays.copyOf(any, group.prefix())));
    }

    /** Trees come largest first, so the first one sets the width. */
    private boolean hasRoom(
        List<ScoringPlan.Tree> open, ScoringPlan.Tree tree, int prefix, int targetTokens) {
      int width = open.getFirst().tokens().size();
      long rows = open.size() + 1L;
      long left = share - cost.cache(1, prefix);
      boolean alike = 4L * tree.tokens().size() >= 3L * width || width - tree.tokens().size() <= 8;
      return alike
          && rows * width <= targetTokens
          && bytes(rows, width, prefix) <= left
          && requests(open) + tree.answers().size() <= mostRequests;
    }

    private static long requests(List<ScoringPlan.Tree> trees) {
      return trees.stream().mapToLong(tree -> tree.answers().size()).sum();
    }

    private ScoringPlan.Batch batch(
        List<ScoringPlan.Tree> trees, Optional<ScoringPlan.Prefix> prefix) {
      int before = prefix.map(value -> value.tokens().length).orElse(0);
      int width = trees.getFirst().tokens().size();
      long bytes = Math.max(bytes(trees.size(), width, before), cost.pass(1, before, before, true));
      return new ScoringPlan.Batch(trees, prefix, regime, cost.cache(1, before) + bytes);
    }

    private long bytes(long rows, int width, int prefix) {
      return Math.max(
          cost.pass(rows, width, (long) prefix + width, true), cost.logits(rows * width, 1));
    }

    /** A span as one tree, or as several where one would pass the budget or the batch size. */
    private List<ScoringPlan.Tree> trees(SequenceGroups.Span span, int prefix, long left) {
      List<ScoringPlan.Tree> trees = new ArrayList<>();
      TokenTree tree = new TokenTree();
      List<ScoringPlan.Answer> answers = new ArrayList<>();
      for (int i = span.from(); i < span.to(); i++) {
        int[] input = sequences.get(i).input();
        int grown = tree.size() + tree.cost(input, prefix);
        boolean full = answers.size() + sequences.get(i).requests().size() > mostRequests;
        if (tree.size() > 0 && (full || bytes(1, grown, prefix) > left)) {
          trees.add(new ScoringPlan.Tree(tree, answers));
          tree = new TokenTree();
          answers = new ArrayList<>();
        }
        int[] path = tree.add(input, prefix);
        for (int request : sequences.get(i).requests()) {
          int[] targets = requests.get(request).continuation();
          int[] nodes = Arrays.copyOfRange(path, path.length - targets.length, path.length);
          answers.add(new ScoringPlan.Answer(request, nodes, targets));
        }
      }
      trees.add(new ScoringPlan.Tree(tree, answers));
      return trees;
    }
  }
}
