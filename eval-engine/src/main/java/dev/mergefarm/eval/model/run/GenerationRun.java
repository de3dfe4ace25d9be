package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** Carries out a {@link GenerationPlan}. For one run. */
public final class GenerationRun {

  private final DecoderRunner runner;
  private final GenerationPlan plan;
  private final List<GenerationTask> tasks;
  private final ObjIntConsumer<int[]> consumer;

  /**
   * @param tasks that the plan was made for
   * @param consumer receives the new tokens of each task with its place, one call at a time
   */
  public GenerationRun(
      DecoderRunner runner,
      GenerationPlan plan,
      List<GenerationTask> tasks,
      ObjIntConsumer<int[]> consumer) {
    this.runner = runner;
    this.plan = plan;
    this.tasks = tasks;
    this.consumer = consumer;
  }

  /** Continues everything; on a failure, whatever was not finished is left out. */
  public void run() {
    WorkerThreads.forEach(plan.threads(), plan.batches(), this::generate);
  }

  /** A sequence in the making. */
  private static final class Row {
    private final int place;
    private final GenerationTask task;
    private final List<Integer> tokens = new ArrayList<>();
    private boolean done;
    private boolean handedOver;

    Row(int place, GenerationTask task) {
      this.place = place;
      this.task = task;
      this.done = task.maximumTokens() == 0;
    }

    int length() {
      return task.context().length + tokens.size();
    }

    int token(int position) {
      int[] context = task.context();
      return position < context.length ? context[position] : tokens.get(position - context.length);
    }

    int[] all() {
      return IntStream.range(0, length()).map(this::token).toArray();
    }

    void add(int token) {
      tokens.add(token);
      done = tokens.size() >= task.maximumTokens() || task.stop().test(tokens);
    }
  }

  private void generate(GenerationPlan.Batch batch) {
    List<Row> rows =
        new ArrayList<>(
            batch.tasks().stream().map(place -> new Row(place, tasks.get(place))).toList());
    if (batch.prefix() == 0) {
      generate(rows, Optional.empty());
      return;
    }
    int[] prefix = Arrays.copyOf(rows.getFirst().task.context(), batch.prefix());
    try (GrowingCache cache = runner.prefix(prefix, regime(rows))) {
      generate(rows, Optional.of(cache));
    }
  }

  private void generate(List<Row> rows, Optional<GrowingCache> prefix) {
    int growth = rows.stream().mapToInt(row -> row.task.maximumTokens()).max().orElse(0);
    int longest = rows.stream().mapToInt(Row::length).max().orElse(0);
    handOver(rows);
    List<Row> active = new ArrayList<>(rows.stream().filter(row -> !row.done).toList());
    while (!active.isEmpty()) {
      try (GrowingCache cache =
          new GrowingCache(runner.decoder().layers().size(), longest + growth, prefix)) {
        generate(active, cache);
      }
    }
  }

  /** Goes on until all are done, or until the cache is of no use for the next length. */
  private void generate(List<Row> rows, GrowingCache cache) {
    int prefix = cache.length();
    int width = rows.stream().mapToInt(Row::length).max().orElseThrow() - prefix;
    int queries = width;
    while (!rows.isEmpty()) {
      step(rows, cache, prefix, width, queries);
      handOver(rows);
      compact(rows, cache);
      queries = 1;
      width++;
      if (!rows.isEmpty() && runner.decoder().switchesAt(prefix + width)) {
        return;
      }
    }
  }

  private void step(List<Row> rows, GrowingCache cache, int prefix, int width, int queries) {
    int[] lengths = rows.stream().mapToInt(row -> visible(row, prefix, width)).toArray();
    PaddedBatch batch = new PaddedBatch(lengths, prefix, width, queries);
    try (TensorScope _ = new TensorScope()) {
      Tensor hidden =
          runner.pass(
              rows.size(),
              tokens(rows, lengths, prefix, width, queries),
              batch.positions(),
              batch,
              cache,
              regime(rows));
      cache.advance(queries);
      long[] last =
          IntStream.range(0, rows.size())
              .mapToLong(row -> (long) row * queries + queries - 1)
              .toArray();
      choose(rows, runner.logits(hidden, last));
    }
  }

  /** Rows that are done still take part until the batch is made smaller. */
  private static int visible(Row row, int prefix, int width) {
    return Math.min(width, row.length() - prefix);
  }

  private static long[] tokens(List<Row> rows, int[] lengths, int prefix, int width, int queries) {
    long[] tokens = new long[rows.size() * queries];
    for (int row = 0; row < rows.size(); row++) {
      int fillers = width - lengths[row];
      for (int query = 0; query < queries; query++) {
        int place = width - queries + query;
        if (place >= fillers) {
          tokens[row * queries + query] = rows.get(row).token(prefix + place - fillers);
        }
      }
    }
    return tokens;
  }

  private void choose(List<Row> rows, Tensor logits) {
    long[] best = Operations.toLongs(Operations.argumentOfMaximum(logits));
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Optional<TokenSampler> sampler = row.task.sampler();
      if (row.done) {
        continue;
      }
      if (sampler.isEmpty() && !row.task.rules().any()) {
        row.add((int) best[i]);
        continue;
      }
      try (TensorScope _ = new TensorScope()) {
        float[] scores = Operations.toFloats(logits.select(0, i));
        row.task.rules().apply(scores, row.all(), row.tokens.size());
        row.add(sampler.isPresent() ? sampler.get().draw(scores) : TokenRules.largest(scores));
      }
    }
  }

  private int regime(List<Row> rows) {
    int longest = rows.stream().mapToInt(Row::length).max().orElseThrow();
    return runner.decoder().regime(longest);
  }

  /** Hands over what is done, once. */
  private void handOver(List<Row> rows) {
    for (Row row : rows) {
      if (row.done && !row.handedOver) {
        row.handedOver = true;
        int[] tokens = row.tokens.stream().mapToInt(Integer::intValue).toArray();
        synchronized (consumer) {
          consumer.accept(tokens, row.place);
        }
      }
    }
  }

  /** Drops finished rows from the batch; copying the cache pays once half of them are. */
  private void compact(List<Row> rows, GrowingCache cache) {
    long[] active =
        IntStream.range(0, rows.size()).filter(row -> !rows.get(row).done).asLongStream().toArray();
    if (active.length == 0) {
      rows.clear();
    } else if (2 * active.length <= rows.size()) {
      cache.select(runner.context(), active);
      rows.removeIf(row -> row.done);
    }
  }
}
