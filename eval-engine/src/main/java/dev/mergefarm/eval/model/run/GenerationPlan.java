package dev.mergefarm.eval.model.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.graph.Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which contexts are continued side by side, within a budget for activations and caches. Depends on
 * the graph and the lengths but not on the weights.
 *
 * @param threads how many batches may run at a time within the budget
 * @param batches in the order they should start
 */
public record GenerationPlan(int threads, List<Batch> batches) {

  /** More sequences than this side by side make nothing faster. */
  private static final int BATCH_ROWS = 64;

  public GenerationPlan {
    batches = List.copyOf(batches);
  }

  /**
   * Contexts continued together.
   *
   * @param tasks places in the list of tasks
   * @param prefix tokens that all these contexts begin with, computed once
   * @param bytes of activations and caches at most
   */
  public record Batch(List<Integer> tasks, int prefix, long bytes) {
    public Batch {
      tasks = List.copyOf(tasks);
    }
  }

  /**
   * @param threads batches computed at a time at most
   * @param budget bytes of activations and caches of all batches in flight
   * @throws MergefarmException with {@code INVALID_VALUE} when one context alone needs more
   */
  public static GenerationPlan make(
      Decoder decoder, List<GenerationTask> tasks, int threads, long budget) {
    return make(decoder, tasks, threads, budget, BATCH_ROWS);
  }

  /**
   * The same with a bound on the contexts of a batch.
   *
   * @param mostRows contexts in a batch at the most, 1 or more
   */
  public static GenerationPlan make(
      Decoder decoder, List<GenerationTask> tasks, int threads, long budget, int mostRows) {
    return new Maker(decoder, tasks, threads, budget, Math.min(mostRows, BATCH_ROWS)).make();
  }

  /** The most bytes of any batch. */
  public long largestBatchBytes() {
    return batches.stream().mapToLong(Batch::bytes).max().orElse(0);
  }

  private static final class Maker {

    private final Decoder decoder;
    private final List<GenerationTask> tasks;
    private final ActivationCost cost;
    private final int threads;
    private final long share;
    private final int mostRows;

    Maker(Decoder decoder, List<GenerationTask> tasks, int threads, long budget, int mostRows) {
      this.mostRows = mostRows;
      this.decoder = decoder;
      this.tasks = tasks;
      this.cost = new ActivationCost(decoder);
      long needed =
          tasks.stream()
              .mapToLong(task -> bytes(1, task.context().length, task.maximumTokens(), 0))
              .max()
              .orElse(1);
      if (needed > budget) {
        throw new MergefarmException(
            ErrorCode.INVALID_VALUE,
            "Continuing one context needs %d bytes of activations; the budget is %d bytes."
                .formatted(needed, budget));
      }
      this.threads = Math.clamp(budget / needed, 1, threads);
      this.share = budget / this.threads;
    }

    /** All rows share the prefix, which is kept by itself and in each row. */
    private long bytes(long rows, long width, long growth, long prefix) {
      long pass = cost.pass(rows, width, prefix + width, true);
      long kept = cost.cache(rows, prefix + width + growth) + cost.cache(1, prefix);
      return kept + Math.max(pass, cost.logits(rows * width, rows));
    }

    GenerationPlan make() {
      List<Integer> sorted =
          IntStream.range(0, tasks.size())
              .boxed()
              .sorted((a, b) -> Arrays.compare(context(a), context(b)))
              .toList();
      List<int[]> distinct = new ArrayList<>();
      List<List<Integer>> owners = new ArrayList<>();
      for (int task : sorted) {
        if (distinct.isEmpty() || !Arrays.equals(distinct.getLast(), context(task))) {
          distinct.add(context(task));
          owners.add(new ArrayList<>());
        }
        owners.getLast().add(task);
      }
      int[] free = distinct.stream().mapToInt(context -> context.length - 1).toArray();
      List<Batch> batches = new ArrayList<>();
      for (SequenceGroups.Group group : new SequenceGroups(distinct, free, false).groups()) {
        List<Integer> members =
            group.trees().stream()
                .flatMapToInt(span -> IntStream.range(span.from(), span.to()))
                .boxed()
                .flatMap(place -> owners.get(place).stream())
                .toList();
        batches.addAll(batches(members, group.prefix()));
      }
      return new GenerationPlan(threads, batches);
    }

    private int[] context(int task) {
      return tasks.get(task).context();
    }

    private List<Batch> batches(List<Integer> members, int prefix) {
      List<Integer> longestFirst =
          members.stream()
              .sorted(Comparator.comparingInt((Integer task) -> context(task).length).reversed())
              .toList();
      int rows = Math.clamp(-Math.floorDiv(-members.size(), threads), 1, mostRows);
      List<Batch> batches = new ArrayList<>();
      List<Integer> open = new ArrayList<>();
      for (int task : longestFirst) {
        if (!open.isEmpty() && !hasRoom(open, task, prefix, rows)) {
          batches.add(batch(open, prefix));
          open.clear();
        }
        open.add(task);
      }
      if (!open.isEmpty()) {
        batches.add(batch(open, prefix));
      }
      return batches;
    }

    private boolean hasRoom(List<Integer> open, int task, int prefix, int rows) {
      List<Integer> all = new ArrayList<>(open);
      all.add(task);
      return all.size() <= rows && sharesFrequencies(all) && bytes(all, prefix) <= share;
    }

    private long bytes(List<Integer> members, int prefix) {
      int width = context(members.getFirst()).length - prefix;
      return bytes(members.size(), width, growth(members), prefix);
    }

    private int growth(List<Integer> members) {
      return members.stream().mapToInt(task -> tasks.get(task).maximumTokens()).max().orElse(0);
    }

    /** Whether rotary frequencies stay the same from the shortest start to the longest end. */
    private boolean sharesFrequencies(List<Integer> members) {
      int shortest = context(members.getLast()).length;
      int longest = context(members.getFirst()).length + growth(members);
      return decoder.regime(shortest) == decoder.regime(longest);
    }

    private Batch batch(List<Integer> members, int prefix) {
      boolean shares =
          members.size() > 1 && sharesFrequencies(members) && bytes(members, prefix) <= share;
      int usable = shares ? prefix : 0;
      return new Batch(members, usable, bytes(members, usable));
    }
  }
}
