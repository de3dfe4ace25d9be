package dev.mergefarm.evalworker;

import dev.mergefarm.eval.function.PythonFunctions;
import dev.mergefarm.eval.function.PythonHostOptions;
import dev.mergefarm.eval.function.rows.RowFilterFunctions;
import dev.mergefarm.eval.model.ModelLoader;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.worker.JobHandler;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.service.broker.Broker;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.service.worker.RunningWorker;
import dev.mergefarm.service.worker.WorkerMetrics;
import dev.mergefarm.service.worker.WorkerProcess;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Takes evaluation jobs for as long as the service runs. */
@ApplicationScoped
public class EvalWorker implements RunningWorker {

  private final EvalWorkerConfiguration configuration;
  private final Broker broker;
  private final FarmStorage storage;
  private final WorkerMetrics metrics;
  private Optional<MergeEngine> engine = Optional.empty();
  private volatile Optional<WorkerProcess> process = Optional.empty();

  @Inject
  public EvalWorker(
      EvalWorkerConfiguration configuration,
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
    MergeEngine started = new MergeEngine(storage.models(), mergeSettings());
    engine = Optional.of(started);
    process =
        Optional.of(
            WorkerProcess.start(
                broker, configuration.settings(JobKind.EVALUATION), handler(started), metrics));
  }

  void stop(@Observes ShutdownEvent event) {
    process.ifPresent(WorkerProcess::close);
    engine.ifPresent(MergeEngine::close);
  }

  @Override
  public String kind() {
    return JobKind.EVALUATION.label();
  }

  @Override
  public boolean isAlive() {
    return process.map(WorkerProcess::isAlive).orElse(true);
  }

  /**
   * The handler is made with the first job: asking libtorch for devices loads it, which takes a
   * second that a farm's start need not wait for.
   */
  private JobHandler handler(MergeEngine started) {
    Lazy<JobHandler> handler =
        new Lazy<>(
            () ->
                new EvaluationJobHandler(
                    storage.store(),
                    storage.hub(),
                    new SubjectModels(storage::models, started),
                    ModelLoader::load,
                    new RemoteSubjects(
                        storage.models(),
                        configuration.remoteEndpoints().orElse(List.of()),
                        System::getenv,
                        Clock.systemUTC()),
                    (files, seed) ->
                        new RowFilterFunctions(
                            files, new PythonFunctions(files, PythonHostOptions::located, seed)),
                    configuration.modelOptions(ModelOptions.onBestDevice(ComputeType.FLOAT32)),
                    Clock.systemUTC()));
    return (request, context) -> handler.get().handle(request, context);
  }

  private MergeSettings mergeSettings() {
    return configuration.mergeThreads() > 0
        ? new MergeSettings(configuration.mergeThreads())
        : MergeSettings.defaults();
  }
}
