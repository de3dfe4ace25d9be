package dev.mergefarm.gateway.watch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.jobs.JobBackend;
import dev.mergefarm.gateway.jobs.JobService;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.proto.v1.WatchJobRequest;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** All watches of this gateway. Their number has a limit; each holds a few hundred bytes. */
@ApplicationScoped
public class Watchers {

  private final JobService jobs;
  private final JobBackend backend;
  private final int limit;
  private final AtomicInteger active = new AtomicInteger();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  @Inject
  public Watchers(JobService jobs, JobBackend backend, GatewayConfiguration configuration) {
    this.jobs = jobs;
    this.backend = backend;
    this.limit = configuration.watchers();
  }

  /** A running watch, for the one who serves its client. */
  public interface Watch {

    /** The client can take more. Returns at once. */
    void clientIsReady();

    /** The client has gone. */
    void stop();
  }

  /** Watches running now. */
  public int active() {
    return active.get();
  }

  /**
   * Starts to send a job's events to a client.
   *
   * @throws MergefarmException when there is no such job, the event number does not fit, or there
   *     are too many watches; the client has not been called then
   */
  public Watch watch(Caller caller, WatchJobRequest request, WatchClient client) {
    Problems problems = new Problems();
    RequestChecks.notNegative(problems, "from_event_number", request.getFromEventNumber());
    problems.throwIfErrors();
    String id = jobs.find(caller, request.getId()).id();
    if (active.incrementAndGet() > limit) {
      active.decrementAndGet();
      throw new MergefarmException(
          ErrorCode.TOO_MANY_WATCHES, "This gateway serves " + limit + " watches already.");
    }
    WatchPump pump = new WatchPump(client, executor, active::decrementAndGet);
    try {
      pump.start(backend.table(caller).watch(id, request.getFromEventNumber(), pump::signal));
    } catch (RuntimeException refused) {
      pump.stop();
      throw refused;
    }
    return new Watch() {
      @Override
      public void clientIsReady() {
        pump.signal();
      }

      @Override
      public void stop() {
        pump.stop();
      }
    };
  }

  @PreDestroy
  void close() {
    executor.shutdownNow();
  }
}
