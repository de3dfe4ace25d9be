package dev.mergefarm.gateway.metrics;

import dev.mergefarm.gateway.jobs.JobBackend;
import dev.mergefarm.gateway.watch.Watchers;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Jobs by kind and state, tickets that wait, watches that run. */
@ApplicationScoped
public class JobMetrics {

  private final MeterRegistry registry;
  private final JobBackend backend;
  private final Watchers watchers;

  @Inject
  public JobMetrics(MeterRegistry registry, JobBackend backend, Watchers watchers) {
    this.registry = registry;
    this.backend = backend;
    this.watchers = watchers;
  }

  void register(@Observes StartupEvent event) {
    for (JobKind kind : JobKind.values()) {
      for (JobState state : JobState.values()) {
        Gauge.builder("mergefarm.jobs", () -> count(kind, state))
            .description("Jobs that are remembered")
            .tag("kind", kind.label())
            .tag("state", state.name())
            .register(registry);
      }
      Gauge.builder("mergefarm.queue.depth", () -> depth(kind))
          .description("Tickets that no worker has finished with; NaN while not known")
          .tag("kind", kind.label())
          .register(registry);
    }
    Gauge.builder("mergefarm.watches", watchers, Watchers::active)
        .description("Watches that run")
        .register(registry);
  }

  private long count(JobKind kind, JobState state) {
    return backend.partialTable().counts().get(kind).get(state);
  }

  private double depth(JobKind kind) {
    var depth = backend.depths().of(kind);
    return depth.isPresent() ? depth.getAsLong() : Double.NaN;
  }
}
