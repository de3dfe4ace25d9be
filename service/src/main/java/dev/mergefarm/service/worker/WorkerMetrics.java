package dev.mergefarm.service.worker;

import dev.mergefarm.jobs.AttemptView;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.worker.WorkerListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What this process' workers do, for Prometheus: attempts by outcome, attempts running, and items
 * and bytes finished, from which {@code rate()} makes tensors and bytes per second.
 */
@ApplicationScoped
public class WorkerMetrics implements WorkerListener {

  private static final String KIND = "kind";

  private final MeterRegistry registry;
  private final Map<JobKind, AtomicInteger> running = new EnumMap<>(JobKind.class);

  @Inject
  public WorkerMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (JobKind kind : JobKind.values()) {
      running.put(
          kind,
          registry.gauge(
              "mergefarm.attempts.running",
              List.of(Tag.of(KIND, kind.label())),
              new AtomicInteger()));
    }
  }

  @Override
  public void attemptStarted(JobKind kind) {
    running.get(kind).incrementAndGet();
  }

  @Override
  public void attemptEnded(JobKind kind, AttemptView.Outcome outcome) {
    running.get(kind).decrementAndGet();
    registry
        .counter("mergefarm.attempts", KIND, kind.label(), "outcome", outcome.label())
        .increment();
  }

  @Override
  public void progressMade(JobKind kind, String stage, long items, long bytes) {
    registry.counter("mergefarm.items", KIND, kind.label(), "stage", stage).increment(items);
    registry.counter("mergefarm.bytes", KIND, kind.label(), "stage", stage).increment(bytes);
  }
}
