package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;

/** Carries out a {@link ScoringPlan}. For one run. */
public final class ScoringRun {

  /**
   * A request's answer.
   *
   * @param logProbability natural logarithm, summed over the continuation's tokens
   * @param greedy whether each token is the most probable one; the lowest id among equals
   */
  public record Score(double logProbability, boolean greedy) {}

  private final DecoderRunner runner;
  private final ScoringPlan plan;
  private final ActivationCost cost;
  private final ObjIntConsumer<Score> consumer;
  private final Map<ScoringPlan.Prefix, PrefixUse> prefixes = new IdentityHashMap<>();

  /**
   * @param consumer receives each request's score with the request's place, one call at a time
   */
  public ScoringRun(DecoderRunner runner, ScoringPlan plan, ObjIntConsumer<Score> consumer) {
    this.runner = runner;
    this.plan = plan;
    this.cost = new ActivationCost(runner.decoder());
    this.consumer = consumer;
    for (ScoringPlan.Batch batch : plan.batches()) {
      batch.prefix().ifPresent(prefix -> use(prefix).remaining++);
    }
  }

  /** A prefix's keys and values, made by the first batch and freed by the last. */
  private static final class PrefixUse {
    private int remaining;
    private GrowingCache cache;
  }

  private PrefixUse use(ScoringPlan.Prefix prefix) {
    return prefixes.computeIfAbsent(prefix, _ -> new PrefixUse());
  }

  /** Scores everything; on a failure, whatever was not scored is left out. */
  public void run() {
    try {
      WorkerThreads.forEach(plan.threads(), plan.batches(), this::score);
    } finally {
      prefixes.values().forEach(ScoringRun::close);
    }
  }

  private static void close(PrefixUse use) {
    if (use.cache != null) {
      use.cache.close();
      use.cache = null;
    }
  }

  private void score(ScoringPlan.Batch batch) {
    runner.context().cancellation().throwIfCancelled();
    Optional<GrowingCache> prefix = batch.prefix().map(key -> prefix(key, batch.regime()));
    Places places = new Places(batch);
    TreeBatch trees =
        new TreeBatch(
            batch.trees().stream().map(ScoringPlan.Tree::tokens).toList(), batch.prefixLength());
    Predictions predictions = new Predictions(places);
    try (TensorScope _ = new TensorScope()) {
      Tensor hidden = runner.trees(trees, prefix, batch.regime());
      predict(hidden, places, predictions);
    }
    batch.prefix().ifPresent(this::release);
    report(batch, places, predictions);
  }

  private GrowingCache prefix(ScoringPlan.Prefix key, int regime) {
    PrefixUse use = prefixes.get(key);
    synchronized (use) {
      if (use.cache == null) {
        use.cache = runner.prefix(key.tokens(), regime);
      }
      return use.cache;
    }
  }

  private void release(ScoringPlan.Prefix key) {
    PrefixUse use = prefixes.get(key);
    synchronized (use) {
      use.remaining--;
      if (use.remaining == 0) {
        close(use);
      }
    }
  }

  /** A token asked about at a place. */
  private record Question(int row, int token) {}

  /** Which places of a batch are asked about, and for which tokens. */
  private static final class Places {
    private final int width;
    private final Map<Integer, Integer> rows = new LinkedHashMap<>();
    private final Map<Question, Integer> questions = new LinkedHashMap<>();

    Places(ScoringPlan.Batch batch) {
      this.width =
          batch.trees().stream().mapToInt(tree -> tree.tokens().size()).max().orElseThrow();
      for (int tree = 0; tree < batch.trees().size(); tree++) {
        for (ScoringPlan.Answer answer : batch.trees().get(tree).answers()) {
          for (int i = 0; i < answer.nodes().length; i++) {
            int row = rows.computeIfAbsent(place(tree, answer.nodes()[i]), _ -> rows.size());
            questions.computeIfAbsent(
                new Question(row, answer.targets()[i]), _ -> questions.size());
          }
        }
      }
    }

    int place(int tree, int node) {
      return tree * width + node;
    }

    int row(int tree, int node) {
      return rows.get(place(tree, node));
    }

    int question(int row, int token) {
      return questions.get(new Question(row, token));
    }
  }

  private static final class Predictions {
    private final double[] logProbabilities;
    private final long[] mostProbable;

    Predictions(Places places) {
      this.logProbabilities = new double[places.questions.size()];
      this.mostProbable = new long[places.rows.size()];
    }
  }

  private void predict(Tensor hidden, Places places, Predictions predictions) {
    long[] all = places.rows.keySet().stream().mapToLong(Integer::longValue).toArray();
    Map<Integer, List<Question>> byRow = new HashMap<>();
    places
        .questions
        .keySet()
        .forEach(
            question ->
                byRow.computeIfAbsent(question.row(), _ -> new ArrayList<>()).add(question));
    long held = hidden.size(0) * hidden.size(1);
    int chunk = cost.logitsRows(held, plan.bytesPerThread());
    for (int start = 0; start < all.length; start += chunk) {
      int end = Math.min(all.length, start + chunk);
      try (TensorScope _ = new TensorScope()) {
        Tensor logits = runner.logits(hidden, Arrays.copyOfRange(all, start, end));
        List<Question> asked = new ArrayList<>();
        for (int row = start; row < end; row++) {
          asked.addAll(byRow.get(row));
        }
        read(logits, start, asked, places, predictions);
      }
    }
  }

  private void read(
      Tensor logits, int start, List<Question> asked, Places places, Predictions predictions) {
    long[] best = Operations.toLongs(Operations.argumentOfMaximum(logits));
    System.arraycopy(best, 0, predictions.mostProbable, start, best.length);
    float[] sums = Operations.toFloats(Operations.logSumExp(logits));
    long width = logits.size(1);
    long[] flat =
        asked.stream()
            .mapToLong(question -> (question.row() - start) * width + question.token())
            .toArray();
    Tensor index = Operations.integers(runner.context().device(), flat, flat.length);
    float[] values = Operations.toFloats(logits.flatten().index_select(0, index));
    for (int i = 0; i < values.length; i++) {
      Question question = asked.get(i);
      predictions.logProbabilities[places.questions.get(question)] =
          (double) values[i] - sums[question.row() - start];
    }
  }

  private void report(ScoringPlan.Batch batch, Places places, Predictions predictions) {
    for (int tree = 0; tree < batch.trees().size(); tree++) {
      for (ScoringPlan.Answer answer : batch.trees().get(tree).answers()) {
        double sum = 0;
        boolean greedy = true;
        for (int i = 0; i < answer.nodes().length; i++) {
          int row = places.row(tree, answer.nodes()[i]);
          int token = answer.targets()[i];
          sum += predictions.logProbabilities[places.question(row, token)];
          greedy &= predictions.mostProbable[row] == token;
        }
        synchronized (consumer) {
          consumer.accept(new Score(sum, greedy), answer.request());
        }
      }
    }
  }
}
