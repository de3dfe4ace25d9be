package dev.mergefarm.service.worker;

import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Alive while every worker of the process has all its slots. */
@Liveness
@ApplicationScoped
public class WorkersAlive implements HealthCheck {

  private final List<RunningWorker> workers;

  @Inject
  public WorkersAlive(@All List<RunningWorker> workers) {
    this.workers = workers;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("workers");
    workers.forEach(worker -> response.withData(worker.kind(), worker.isAlive()));
    return response.status(workers.stream().allMatch(RunningWorker::isAlive)).build();
  }
}
