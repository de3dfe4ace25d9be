package dev.mergefarm.service.worker;

import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.worker.WorkerSettings;
import io.smallrye.config.WithDefault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/** What can be set of any worker; each kind has it under a prefix of its own. */
public interface WorkerConfiguration {

  /** Whether this process takes jobs of the kind. */
  @WithDefault("true")
  boolean enabled();

  /** Jobs at once, 0 to 64; 0 is the same as not enabled. */
  @WithDefault("1")
  int slots();

  /** The worker's name in attempts and logs; unset: host name and process id. */
  Optional<String> name();

  /** Attempts that a job may waste by retryable failures and lost workers, 1 to 4. */
  @WithDefault("3")
  int attempts();

  /** Pause after the first failed attempt; doubles with each, up to 30 s. */
  @WithDefault("PT1S")
  Duration retryBackoff();

  /** Least time between two progress events of a job. */
  @WithDefault("PT1S")
  Duration progressInterval();

  /** How long jobs may go on at a shutdown before they are handed back. */
  @WithDefault("PT20S")
  Duration shutdownGrace();

  /** Whether there is anything to run. */
  default boolean takesJobs() {
    return enabled() && slots() > 0;
  }

  default WorkerSettings settings(JobKind kind) {
    return new WorkerSettings(
        name().orElseGet(WorkerConfiguration::processName),
        kind,
        slots(),
        attempts(),
        retryBackoff(),
        progressInterval(),
        shutdownGrace());
  }

  private static String processName() {
    long process = ProcessHandle.current().pid();
    try {
      return InetAddress.getLocalHost().getHostName() + "-" + process;
    } catch (UnknownHostException nameless) {
      return "worker-" + process;
    }
  }
}
