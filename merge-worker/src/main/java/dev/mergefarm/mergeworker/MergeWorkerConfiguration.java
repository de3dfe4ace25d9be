package dev.mergefarm.mergeworker;

import dev.mergefarm.service.worker.WorkerConfiguration;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What can be set of a merge-worker. */
@ConfigMapping(prefix = "mergefarm.merge-worker")
public interface MergeWorkerConfiguration extends WorkerConfiguration {

  /** Threads that compute, over all slots; 0: one for each processor. */
  @WithDefault("0")
  int threads();
}
