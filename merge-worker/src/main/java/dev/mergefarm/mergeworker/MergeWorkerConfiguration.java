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

  /** Where jobs merge that leave it open: `auto`, `cpu`, `cuda` or `cuda:N`; `cpu` forbids GPUs. */
  @WithDefault("${mergefarm.device:auto}")
  String device();

  /**
   * Memory budget of each GPU in bytes, from 16 MiB; 0: four fifths of what is free at first use.
   */
  @WithDefault("0")
  long deviceMemory();
}
