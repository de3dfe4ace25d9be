package dev.mergefarm.gateway.health;

import dev.mergefarm.gateway.jobs.JobBackend;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the table of jobs is complete and the broker answered when it was last asked. */
@Readiness
@ApplicationScoped
public class BrokerReady implements HealthCheck {

  private final JobBackend backend;

  @Inject
  public BrokerReady(JobBackend backend) {
    this.backend = backend;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("broker")
        .status(backend.isRestored() && backend.brokerAnswers())
        .withData("jobs restored", backend.isRestored())
        .withData("broker answers", backend.brokerAnswers())
        .build();
  }
}
