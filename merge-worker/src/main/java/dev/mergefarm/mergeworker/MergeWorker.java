package dev.mergefarm.mergeworker;

import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.cuda.pipeline.PipelineSettings;
import dev.mergefarm.merge.device.DeviceSettings;
import dev.mergefarm.merge.device.MachineDevices;
import dev.mergefarm.merge.device.MergeDevices;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.timeline.Timeline;
import dev.mergefarm.service.broker.Broker;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.service.worker.RunningWorker;
import dev.mergefarm.service.worker.WorkerMetrics;
import dev.mergefarm.service.worker.WorkerProcess;
import dev.mergefarm.storage.manifest.DigestCache;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Optional;

/** Takes merge jobs for as long as the service runs. */
@ApplicationScoped
public class MergeWorker implements RunningWorker {

  private final MergeWorkerConfiguration configuration;
  private final Broker broker;
  private final FarmStorage storage;
  private final WorkerMetrics metrics;
  private Optional<MergeEngine> engine = Optional.empty();
  private volatile Optional<WorkerProcess> process = Optional.empty();

  @Inject
  public MergeWorker(
      MergeWorkerConfiguration configuration,
      Broker broker,
      FarmStorage storage,
      WorkerMetrics metrics) {
    this.configuration = configuration;
    this.broker = broker;
    this.storage = storage;
    this.metrics = metrics;
  }

  void start(@Observes StartupEvent event) {
    if (!configuration.takesJobs()) {
      return;
    }
    MergeSettings settings = settings();
    MergeEngine started = new MergeEngine(storage.models(), settings, devices(settings));
    engine = Optional.of(started);
    process =
        Optional.of(
            WorkerProcess.start(
                broker,
                configuration.settings(JobKind.MERGE),
                new MergeJobHandler(started, storage::models, storage.store()),
                metrics));
  }

  void stop(@Observes ShutdownEvent event) {
    process.ifPresent(WorkerProcess::close);
    engine.ifPresent(MergeEngine::close);
  }

  @Override
  public String kind() {
    return JobKind.MERGE.label();
  }

  @Override
  public boolean isAlive() {
    return process.map(WorkerProcess::isAlive).orElse(true);
  }

  private MergeDevices devices(MergeSettings settings) {
    return new MachineDevices(
        storage.remote()
            ? CpuTensorMerger.forRemoteStore(settings.threads())
            : CpuTensorMerger.forLocalFiles(settings.threads()),
        DeviceSettings.of(configuration.device(), configuration.deviceMemory())
            .withPipeline(storage.remote() ? PipelineSettings.REMOTE : PipelineSettings.DEFAULTS),
        new Timeline());
  }

  private MergeSettings settings() {
    int threads =
        configuration.threads() > 0
            ? configuration.threads()
            : Runtime.getRuntime().availableProcessors();
    return new MergeSettings(
        threads, MergeSettings.ENGINE, Optional.of(new DigestCache(storage.store())));
  }
}
