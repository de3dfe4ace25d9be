package dev.mergefarm.gateway.health;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Patience;
import dev.mergefarm.gateway.storage.FarmStorage;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
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
  private final GatewayConfiguration configuration;

  @Inject
  public StoreReady(FarmStorage storage, GatewayConfiguration configuration) {
    this.storage = storage;
    this.configuration = configuration;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("store").withData("location", storage.store().location());
    try {
      Patience.within(
          configuration.healthTimeout(),
          ErrorCode.STORE_UNAVAILABLE,
          "Asking the store",
          () -> storage.store().find(PROBE));
      return response.up().build();
    } catch (MergefarmException unavailable) {
      return response.down().withData("reason", unavailable.getMessage()).build();
    }
  }
}
