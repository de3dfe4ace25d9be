package dev.mergefarm.evalworker;

import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.service.worker.WorkerConfiguration;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** What can be set of an eval-worker. */
@ConfigMapping(prefix = "mergefarm.eval-worker")
public interface EvalWorkerConfiguration extends WorkerConfiguration {

  /** Batches computed at a time by each job, on the CPU; 0: one for each processor. */
  @WithDefault("0")
  int threads();

  /** Memory of all forward passes in flight of one job, in bytes; at least 16 MiB. */
  @WithDefault("1073741824")
  long activationBytes();

  /** Threads that merge in memory where an evaluation has a recipe; 0: one for each processor. */
  @WithDefault("0")
  int mergeThreads();

  /**
   * Addresses of servers whose models jobs may score, as {@code http://vllm:8000/v1}, separated by
   * commas; unset: none.
   */
  Optional<List<URI>> remoteEndpoints();

  /** Every model's options; the number format is the request's. */
  default ModelOptions modelOptions(ModelOptions usual) {
    ModelOptions bounded = usual.withActivationBytes(activationBytes());
    return threads() > 0 && usual.device().isCpu() ? bounded.withThreads(threads()) : bounded;
  }
}
