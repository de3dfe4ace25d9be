package dev.mergefarm.gateway.jobs;

import dev.mergefarm.common.MergefarmException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.Supplier;

/** How long submissions take, by kind and by how they ended. */
@ApplicationScoped
public class SubmitMetrics {

  private final MeterRegistry registry;

  @Inject
  public SubmitMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  <T> T timed(String kind, Supplier<T> work) {
    Timer.Sample sample = Timer.start(registry);
    String outcome = "INTERNAL";
    try {
      T answer = work.get();
      outcome = "accepted";
      return answer;
    } catch (MergefarmException refused) {
      outcome = refused.code().name();
      throw refused;
    } finally {
      sample.stop(
          Timer.builder("mergefarm.submit")
              .description("Time to answer a submission")
              .tag("kind", kind)
              .tag("outcome", outcome)
              .publishPercentileHistogram()
              .register(registry));
    }
  }
}
