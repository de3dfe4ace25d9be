package dev.mergefarm.service.health;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set of the health checks. */
@ConfigMapping(prefix = "mergefarm.health")
public interface HealthConfiguration {

  /** Longest that one check waits for the broker or the store; then it is down. */
  @WithDefault("PT2S")
  Duration timeout();
}
