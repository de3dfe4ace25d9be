package dev.mergefarm.cli.graph;

import dev.mergefarm.proto.v1.Job;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs a graph on a farm: a step is submitted as soon as all that it needs are done, so that the
 * farm works on several at a time. When one fails, those that need it are not submitted; the others
 * go on.
 */
public final class GraphRun {

  /** Told what happens, by one thread at a time. */
  public interface Listener {

    /** A step's job has changed. */
    void changed(GraphStep step, Job job);

    /** A step has ended, one way or another. */
    void ended(GraphStep step, StepOutcome outcome);
  }

  private final GraphFarm farm;
  private final Listener listener;

  public GraphRun(GraphFarm farm, Listener listener) {
    this.farm = farm;
    this.listener = listener;
  }

  /**
   * Runs all steps and waits for them.
   *
   * @param steps each after those it needs
   * @return what became of each, in the same order
   */
  public SequencedMap<GraphStep, StepOutcome> run(List<GraphStep> steps) {
    Map<String, CompletableFuture<StepOutcome>> outcomes = new ConcurrentHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (GraphStep step : steps) {
        List<CompletableFuture<StepOutcome>> needed =
            step.needs().stream().map(outcomes::get).toList();
        outcomes.put(
            step.name(),
            CompletableFuture.allOf(needed.toArray(CompletableFuture[]::new))
                .thenApplyAsync(all -> run(step, outcomes), threads));
      }
      SequencedMap<GraphStep, StepOutcome> result = new LinkedHashMap<>();
      steps.forEach(step -> result.put(step, outcomes.get(step.name()).join()));
      return result;
    }
  }

  private StepOutcome run(GraphStep step, Map<String, CompletableFuture<StepOutcome>> outcomes) {
    StepOutcome outcome =
        step.needs().stream()
            .filter(name -> !outcomes.get(name).join().succeeded())
            .findFirst()
            .<StepOutcome>map(StepOutcome.Skipped::new)
            .orElseGet(() -> onFarm(step));
    synchronized (listener) {
      listener.ended(step, outcome);
    }
    return outcome;
  }

  private StepOutcome onFarm(GraphStep step) {
    try {
      Job job = farm.submit(step);
      return new StepOutcome.Ended(farm.follow(job.getId(), changed -> tell(step, changed)));
    } catch (RuntimeException failure) {
      return new StepOutcome.Refused(failure);
    }
  }

  private void tell(GraphStep step, Job job) {
    synchronized (listener) {
      listener.changed(step, job);
    }
  }
}
