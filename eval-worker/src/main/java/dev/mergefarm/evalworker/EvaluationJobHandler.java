package dev.mergefarm.evalworker;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.data.DataFiles;
import dev.mergefarm.eval.data.HubDataFiles;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.result.RunDescription;
import dev.mergefarm.eval.run.TaskEvaluation;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.worker.JobContext;
import dev.mergefarm.jobs.worker.JobHandler;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.messages.EvaluationMessages;
import dev.mergefarm.messages.RequestedTasks;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.EvaluationResult;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.model.Model;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns an evaluation job into calls of the engine: plan the tasks, load the model (merged in
 * memory where the job has a recipe), ask every request that no earlier attempt has the answer to,
 * and write results and records to the store.
 */
final class EvaluationJobHandler implements JobHandler {

  private static final Logger LOG = LoggerFactory.getLogger(EvaluationJobHandler.class);

  private final ObjectStore store;
  private final Optional<HubClient> hub;
  private final SubjectModels subjects;
  private final LanguageModels models;
  private final RemoteSubjects remotes;
  private final BiFunction<TaskFiles, Long, TaskFunctions> functions;
  private final ModelOptions defaults;
  private final Clock clock;

  /**
   * @param store where tasks and data come from and results go
   * @param hub where data sets come from that the store does not have
   * @param functions runs the helpers of task files, given the seed of their global generator
   * @param defaults device, threads and memory of every model
   */
  EvaluationJobHandler(
      ObjectStore store,
      Optional<HubClient> hub,
      SubjectModels subjects,
      LanguageModels models,
      RemoteSubjects remotes,
      BiFunction<TaskFiles, Long, TaskFunctions> functions,
      ModelOptions defaults,
      Clock clock) {
    this.store = store;
    this.hub = hub;
    this.subjects = subjects;
    this.models = models;
    this.remotes = remotes;
    this.functions = functions;
    this.defaults = defaults;
    this.clock = clock;
  }

  @Override
  public JobResult handle(JobRequest request, JobContext context) {
    if (!(request instanceof JobRequest.Evaluation evaluation)) {
      throw new MergefarmException(
          ErrorCode.INTERNAL, "A " + request.kind().label() + " job came to the evaluation queue.");
    }
    StoredResults results = new StoredResults(store, context.jobId());
    try {
      EvaluationResult result = evaluate(evaluation.message(), context, results);
      results.removeAnswers();
      return new JobResult.Evaluation(result);
    } catch (MergefarmException failure) {
      if (isFinal(failure, context)) {
        results.removeAnswers();
      }
      throw failure;
    }
  }

  private static boolean isFinal(MergefarmException failure, JobContext context) {
    return failure.code() == ErrorCode.CANCELLED
        ? context.isJobCancelled()
        : !failure.code().retryable();
  }

  private EvaluationResult evaluate(
      EvaluationRequest request, JobContext context, StoredResults results) {
    Instant started = clock.instant();
    EvaluationOptions options = EvaluationMessages.options(request.getOptions());
    ModelOptions modelOptions = modelOptions(request);
    RequestedTasks tasks = RequestedTasks.of(request, store).or(hubData(context));
    context.progress().onProgress(new Progress("plan", 0, 0, 0, 0));
    try (TaskFunctions helpers = functions.apply(tasks.files(), options.seeds().python())) {
      TaskEvaluation evaluation = evaluation(tasks, helpers);
      EvaluationPlan plan = evaluation.plan(options, request.getTasksList());
      LOG.info("Scoring {} requests of {} tasks", plan.requestCount(), plan.tasks().size());
      try (LanguageModel model = load(request, modelOptions, context)) {
        EvaluationOutcome outcome =
            evaluation.run(
                plan, model, scoring(context), context.cancellation(), results.answers());
        outcome.warnings().forEach(context::warn);
        model.warnings().forEach(context::warn);
        RunDescription run =
            new RunDescription(
                SubjectModels.name(request),
                modelArguments(request, modelOptions),
                options,
                started,
                Duration.between(started, clock.instant()),
                MergeSettings.ENGINE,
                model.maximumLength(),
                options.applyChatTemplate() ? model.chatTemplate() : Optional.empty());
        return message(request, outcome, run, results);
      }
    }
  }

  /** Data sets of the hub, copied into the store when they are first read. */
  private DataFiles hubData(JobContext context) {
    return hub.<DataFiles>map(client -> new HubDataFiles(client, store, context.cancellation()))
        .orElse(DataFiles.NONE);
  }

  /** The engine counts all requests together, whatever their type: one stage for watchers. */
  private static Progress.Listener scoring(JobContext context) {
    return now ->
        context
            .progress()
            .onProgress(new Progress("score", now.itemsDone(), now.itemsTotal(), 0, 0));
  }

  private static TaskEvaluation evaluation(RequestedTasks tasks, TaskFunctions helpers) {
    TaskFiles files = tasks.files();
    DataFiles data = tasks.data();
    return new TaskEvaluation(new TaskLibrary(files), data, helpers);
  }

  private ModelOptions modelOptions(EvaluationRequest request) {
    int batchSize = request.getOptions().getBatchSize();
    return new ModelOptions(
        computeType(request.getOptions().getDtype()),
        defaults.device(),
        defaults.threads(),
        defaults.activationBytes(),
        defaults.addBeginToken(),
        defaults.maximumLength(),
        batchSize > 0 ? Optional.of(batchSize) : Optional.empty());
  }

  private static ComputeType computeType(String dataType) {
    return switch (dataType) {
      case "", "float32" -> ComputeType.FLOAT32;
      case "bfloat16" -> ComputeType.BFLOAT16;
      default ->
          throw new MergefarmException(
              ErrorCode.INVALID_VALUE,
              "dtype is '" + dataType + "'; permitted are float32 and bfloat16.");
    };
  }

  private LanguageModel load(EvaluationRequest request, ModelOptions options, JobContext context) {
    if (request.hasRemote()) {
      return remotes.connect(request, context.cancellation());
    }
    try (Model subject = subjects.open(request, context.cancellation(), context.progress())) {
      return models.load(subject, options, context.progress(), context.cancellation());
    }
  }

  private static Map<String, Object> modelArguments(
      EvaluationRequest request, ModelOptions options) {
    if (request.hasRemote()) {
      return Map.of("base_url", request.getRemote().getEndpoint());
    }
    return Map.of(
        "dtype",
        options.type().name().toLowerCase(Locale.ROOT),
        "device",
        options.device().isCpu() ? "cpu" : "cuda:" + options.device().index());
  }

  private static EvaluationResult message(
      EvaluationRequest request,
      EvaluationOutcome outcome,
      RunDescription run,
      StoredResults results) {
    EvaluationResult.Builder result =
        EvaluationResult.newBuilder().addAllTasks(EvaluationMessages.scores(outcome));
    boolean keepSamples =
        !request.getOptions().hasLogSamples() || request.getOptions().getLogSamples();
    if (keepSamples) {
      result.putAllSamples(results.writeSamples(outcome));
    }
    return result.setResults(results.writeResults(outcome, run)).build();
  }
}
