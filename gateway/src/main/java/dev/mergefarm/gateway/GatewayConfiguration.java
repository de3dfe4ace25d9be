package dev.mergefarm.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set of the gateway. */
@ConfigMapping(prefix = "mergefarm.gateway")
public interface GatewayConfiguration {

  /** Longest that checking a request against models and tasks takes; then DEADLINE_EXCEEDED. */
  @WithDefault("PT30S")
  Duration checkTimeout();

  /** Longest that Kafka takes to accept a job or a cancellation; then UNAVAILABLE. */
  @WithDefault("PT10S")
  Duration publishTimeout();

  /** Longest that a call waits for the table of jobs to be restored; then UNAVAILABLE. */
  @WithDefault("PT5S")
  Duration restoreTimeout();

  /** Watches at the same time, from 1; more are refused with RESOURCE_EXHAUSTED. */
  @WithDefault("20000")
  int watchers();

  /** How often missing tickets are looked for and the queues' lengths are read. */
  @WithDefault("PT15S")
  Duration upkeepInterval();
}
