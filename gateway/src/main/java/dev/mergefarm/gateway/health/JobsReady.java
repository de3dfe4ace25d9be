package dev.mergefarm.gateway.health;

import dev.mergefarm.gateway.jobs.JobBackend;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the table of jobs is complete. */
@Readiness
@ApplicationScoped
public class JobsReady implements HealthCheck {

  private final JobBackend backend;

  @Inject
  public JobsReady(JobBackend backend) {
    this.backend = backend;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("jobs restored").status(backend.isRestored()).build();
  }
}
