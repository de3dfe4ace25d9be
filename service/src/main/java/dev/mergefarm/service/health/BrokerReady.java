package dev.mergefarm.service.health;

import dev.mergefarm.service.broker.Broker;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the broker answers in time. */
@Readiness
@Blocking
@ApplicationScoped
public class BrokerReady implements HealthCheck {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final Broker broker;
  private final HealthConfiguration configuration;
  private Optional<Admin> admin = Optional.empty();

  @Inject
  public BrokerReady(Broker broker, HealthConfiguration configuration) {
    this.broker = broker;
    this.configuration = configuration;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("broker");
    Optional<String> trouble =
        TimedCheck.ask(configuration.timeout(), () -> admin().describeCluster().nodes().get());
    trouble.ifPresent(reason -> response.withData("reason", reason));
    return response.status(trouble.isEmpty()).build();
  }

  @PreDestroy
  synchronized void close() {
    admin.ifPresent(open -> open.close(CLOSE_TIMEOUT));
  }

  private synchronized Admin admin() {
    Admin open = admin.orElseGet(() -> broker.connection().admin());
    admin = Optional.of(open);
    return open;
  }
}
