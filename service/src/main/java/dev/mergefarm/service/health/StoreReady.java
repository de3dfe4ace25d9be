package dev.mergefarm.service.health;

import dev.mergefarm.service.store.FarmStorage;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the object store answers in time. */
@Readiness
@Blocking
@ApplicationScoped
public class StoreReady implements HealthCheck {

  /** Never written; a store that says so answers. */
  private static final String PROBE = "health/probe";

  private final FarmStorage storage;
  private final HealthConfiguration configuration;

  @Inject
  public StoreReady(FarmStorage storage, HealthConfiguration configuration) {
    this.storage = storage;
    this.configuration = configuration;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("store").withData("location", storage.store().location());
    Optional<String> trouble =
        TimedCheck.ask(configuration.timeout(), () -> storage.store().find(PROBE));
    trouble.ifPresent(reason -> response.withData("reason", reason));
    return response.status(trouble.isEmpty()).build();
  }
}
