package dev.mergefarm.evalworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.model.ModelLoader;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.worker.JobContext;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.EvaluationResult;
import dev.mergefarm.proto.v1.RemoteModel;
import dev.mergefarm.proto.v1.TaskScore;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.ModelRepository;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationJobHandlerTest {

  private static final int LIMIT = 1 << 24;

  /**
   * The least there is, so that an evaluation takes many batches and can be stopped between two.
   */
  private static final long SMALL_BATCHES = 16 << 20;

  private static final URI REMOTE = URI.create("http://127.0.0.1:9/v1");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

  @TempDir private Path directory;
  private ModelRepository repository;
  private ObjectStore store;
  private MergeEngine engine;
  private SubjectModels subjects;
  private EvaluationJobHandler handler;

  @BeforeEach
  void openStore() throws IOException {
    store = new LocalObjectStore(directory);
    FactsStore.fill(store);
    repository = DefaultModelRepository.builder().ownStore(store).build();
    engine = new MergeEngine(repository, new MergeSettings(1));
    subjects = new SubjectModels((cancellation, progress) -> repository, engine);
    handler = with(ModelLoader::load);
  }

  private EvaluationJobHandler with(LanguageModel model) {
    return with((stored, options, progress, cancellation) -> model);
  }

  private EvaluationJobHandler with(LanguageModels models) {
    return new EvaluationJobHandler(
        store,
        Optional.empty(),
        subjects,
        models,
        new RemoteSubjects(repository, List.of(REMOTE), name -> null, CLOCK),
        (files, seed) -> new HelpersRefused(),
        ModelOptions.onCpu(ComputeType.FLOAT32).withThreads(1),
        CLOCK);
  }

  @AfterEach
  void closeStore() {
    engine.close();
    store.close();
  }

  @Test
  void storedModelIsScoredAsTheReferenceScoresIt() {
    Attempt attempt = new Attempt();
    EvaluationResult result = evaluate(facts().setModel("models/capitals"), attempt);
    assertThat(attempt.stages).containsExactly("plan", "load", "score");
    assertThat(accuracy(result, "facts_capitals")).isCloseTo(0.983, within(0.0005));
    assertThat(accuracy(result, "facts_animals")).isCloseTo(0.183, within(0.0005));
    assertThat(accuracy(result, "facts")).isCloseTo(0.583, within(0.0005));
    assertThat(text(result.getResults())).contains("\"acc,none\"");
    assertThat(result.getSamplesMap()).containsOnlyKeys("facts_capitals", "facts_animals");
    assertThat(text(result.getSamplesOrThrow("facts_animals")).lines()).hasSize(60);
    assertThat(store.list("results/job/answers/")).isEmpty();
  }

  @Test
  void recipeIsMergedInMemoryAndScored() throws IOException {
    List<ObjectInfo> before = store.list("models/");
    EvaluationResult result = evaluate(facts().setRecipe(FactsStore.recipe("ties")), new Attempt());
    assertThat(accuracy(result, "facts_capitals")).isCloseTo(0.733, within(0.0005));
    assertThat(accuracy(result, "facts_animals")).isCloseTo(0.717, within(0.0005));
    assertThat(store.list("models/")).isEqualTo(before);
  }

  @Test
  void secondAttemptAsksOnlyWhatTheFirstHasNoAnswerTo() {
    EvaluationRequest.Builder request = facts().setModel("models/base");
    FailingModel first =
        new FailingModel(100, new MergefarmException(ErrorCode.STORE_UNAVAILABLE, "away"));
    assertThatThrownBy(() -> evaluate(with(first), request, new Attempt()))
        .hasMessageContaining("away");
    assertThat(store.list("results/job/answers/")).isNotEmpty();
    FailingModel second = new FailingModel(Integer.MAX_VALUE, null);
    EvaluationResult result = evaluate(with(second), request, new Attempt());
    assertThat(first.asked()).isEqualTo(480);
    assertThat(second.asked()).isEqualTo(380);
    assertThat(result.getTasks(0).getDocuments()).isEqualTo(60);
    assertThat(store.list("results/job/answers/")).isEmpty();
  }

  @Test
  void jobThatIsCancelledOrFailsForGoodKeepsNoAnswers() {
    EvaluationRequest.Builder request = facts().setModel("models/base");
    Attempt cancelled = new Attempt();
    cancelled.jobCancelled = true;
    FailingModel stopping =
        new FailingModel(100, new MergefarmException(ErrorCode.CANCELLED, "stopped"));
    assertThatThrownBy(() -> evaluate(with(stopping), request, cancelled))
        .hasMessageContaining("stopped");
    assertThat(store.list("results/")).isEmpty();
    FailingModel broken =
        new FailingModel(100, new MergefarmException(ErrorCode.MALFORMED_JSON, "broken"));
    assertThatThrownBy(() -> evaluate(with(broken), request, new Attempt()))
        .hasMessageContaining("broken");
    assertThat(store.list("results/")).isEmpty();
  }

  @Test
  void taskFilesOfTheRequestReadTheirDataFromTheStoresDataFolder() {
    store.put("data/mine.jsonl", store.readAll("tasks/facts/data/capitals.jsonl", LIMIT));
    String task =
        text("tasks/facts/tasks/capitals.yaml")
            .replace("data/capitals.jsonl", "mine.jsonl")
            .replace("facts_capitals", "mine");
    EvaluationRequest.Builder request =
        EvaluationRequest.newBuilder()
            .setModel("models/capitals")
            .putTaskFiles("mine.yaml", task)
            .addTasks("mine");
    request.getOptionsBuilder().setLimit(10).setLogSamples(false).setBatchSize(4);
    Attempt attempt = new Attempt();
    EvaluationResult result = evaluate(request, attempt);
    assertThat(result.getTasks(0).getDocuments()).isEqualTo(10);
    assertThat(result.getSamplesMap()).isEmpty();
    assertThat(attempt.warnings).isEmpty();
  }

  @Test
  void missingBundleAndUnknownTaskAndUnknownNumberFormatAreToldApart() {
    assertCode(
        facts().setModel("models/base").addTaskBundles("tasks/none"), ErrorCode.TASK_NOT_FOUND);
    assertCode(
        facts().setModel("models/base").clearTasks().addTasks("fact"), ErrorCode.TASK_NOT_FOUND);
    EvaluationRequest.Builder request = facts().setModel("models/base");
    request.getOptionsBuilder().setDtype("int4");
    assertCode(request, ErrorCode.INVALID_VALUE);
    assertCode(facts().setModel("models/bas"), ErrorCode.MODEL_NOT_FOUND);
    assertCode(facts(), ErrorCode.MISSING_KEY);
  }

  @Test
  void serversThatAreNotListedAndVariablesThatHoldNoKeyAreRefused() {
    assertCode(facts().setRemote(remote("http://127.0.0.1:9/v2")), ErrorCode.REMOTE_MODEL_DENIED);
    assertCode(
        facts().setRemote(remote("http://127.0.0.1:9/v1/../x")), ErrorCode.REMOTE_MODEL_DENIED);
    assertCode(facts().setRemote(remote("http://127.0.0.1:99/v1")), ErrorCode.REMOTE_MODEL_DENIED);
    assertCode(facts().setRemote(remote("ftp://127.0.0.1:9/v1")), ErrorCode.INVALID_VALUE);
    assertCode(
        facts().setRemote(remote(REMOTE.toString()).setApiKeyVariable("AWS_SECRET_ACCESS_KEY")),
        ErrorCode.REMOTE_MODEL_DENIED);
    assertCode(
        facts().setRemote(remote(REMOTE.toString()).setTokenizer("models/bas")),
        ErrorCode.MODEL_NOT_FOUND);
    assertCode(
        facts().setRemote(remote(REMOTE.toString()).setTokenizer("models/base").setRetries(0)),
        ErrorCode.REMOTE_MODEL_UNAVAILABLE);
  }

  private static RemoteModel.Builder remote(String endpoint) {
    return RemoteModel.newBuilder().setEndpoint(endpoint).setModel("facts");
  }

  private void assertCode(EvaluationRequest.Builder request, ErrorCode code) {
    assertThatThrownBy(() -> evaluate(request, new Attempt()))
        .isInstanceOfSatisfying(
            MergefarmException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static EvaluationRequest.Builder facts() {
    return EvaluationRequest.newBuilder().addTaskBundles("tasks/facts").addTasks("facts");
  }

  private EvaluationResult evaluate(EvaluationRequest.Builder request, Attempt attempt) {
    return evaluate(handler, request, attempt);
  }

  private static EvaluationResult evaluate(
      EvaluationJobHandler handler, EvaluationRequest.Builder request, Attempt attempt) {
    return ((JobResult.Evaluation)
            handler.handle(new JobRequest.Evaluation(request.build()), attempt))
        .message();
  }

  private static double accuracy(EvaluationResult result, String task) {
    TaskScore score =
        result.getTasksList().stream()
            .filter(each -> each.getTask().equals(task))
            .findFirst()
            .orElseThrow();
    return score.getMetricsList().stream()
        .filter(metric -> metric.getName().equals("acc"))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private String text(String key) {
    return new String(store.readAll(key, LIMIT), StandardCharsets.UTF_8);
  }

  /** An attempt that notes what it is told. */
  private static final class Attempt implements JobContext {

    private final List<Problem> warnings = new ArrayList<>();
    private final Set<String> stages = new LinkedHashSet<>();
    private boolean jobCancelled;

    @Override
    public String jobId() {
      return "job";
    }

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public Progress.Listener progress() {
      return now -> stages.add(now.stage());
    }

    @Override
    public Cancellation cancellation() {
      return Cancellation.NEVER;
    }

    @Override
    public boolean isJobCancelled() {
      return jobCancelled;
    }

    @Override
    public void warn(Problem problem) {
      warnings.add(problem);
    }
  }
}
