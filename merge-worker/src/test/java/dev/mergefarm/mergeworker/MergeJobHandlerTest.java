package dev.mergefarm.mergeworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.worker.JobContext;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.MergeResult;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.ModelRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeJobHandlerTest {

  @TempDir private Path directory;
  private ObjectStore store;
  private MergeEngine engine;
  private MergeJobHandler handler;

  @BeforeEach
  void openStore() throws IOException {
    store = new LocalObjectStore(directory);
    FactsStore.fill(store);
    ModelRepository models = DefaultModelRepository.builder().ownStore(store).build();
    engine = new MergeEngine(models, new MergeSettings(1));
    handler = new MergeJobHandler(engine, (cancellation, progress) -> models, store);
  }

  @AfterEach
  void closeStore() {
    engine.close();
    store.close();
  }

  @Test
  void modelIsWrittenUnderTheJobsIdUnlessTheRequestNamesAPlace() throws IOException {
    MergeResult byDefault = merge(request("linear", ""), new Attempt());
    assertThat(byDefault.getModel()).isEqualTo("models/job");
    MergeResult named = merge(request("linear", "models/mine"), new Attempt());
    assertThat(named.getModel()).isEqualTo("models/mine");
    assertThat(named.getTensors()).isEqualTo(byDefault.getTensors()).isPositive();
    assertThat(named.getBytesRead()).isGreaterThan(named.getBytesWritten());
    assertThat(named.getManifestDigest())
        .isEqualTo(Sha256.of(store.readAll("models/mine/mergefarm.json", 1 << 20)));
  }

  @Test
  void progressEndsWithEveryTensorDone() throws IOException {
    Attempt attempt = new Attempt();
    MergeResult result = merge(request("ties", ""), attempt);
    assertThat(attempt.progress.getFirst().stage()).isEqualTo("plan");
    assertThat(attempt.progress.getLast().itemsDone()).isEqualTo(result.getTensors());
    assertThat(attempt.progress.getLast().bytesDone()).isEqualTo(result.getBytesWritten());
  }

  @Test
  void secondAttemptOfAMergeThatIsDoneKeepsItsShards() throws IOException {
    merge(request("linear", ""), new Attempt());
    assertThat(merge(request("linear", ""), new Attempt()).getShardsKept()).isEqualTo(1);
  }

  @Test
  void attemptStoppedByAShutdownLeavesItsShardsToTheNextOne() throws IOException {
    MergeRequest request = sharded();
    Attempt stopped = new Attempt().stopAfter(3);
    assertThatThrownBy(() -> merge(request, stopped)).satisfies(MergeJobHandlerTest::isCancelled);
    assertThat(merge(request, new Attempt()).getShardsKept()).isPositive();
  }

  @Test
  void cancelledJobLeavesNothingInTheStore() throws IOException {
    List<ObjectInfo> before = store.list("models/");
    Attempt cancelled = new Attempt().stopAfter(3);
    cancelled.jobCancelled = true;
    assertThatThrownBy(() -> merge(sharded(), cancelled))
        .satisfies(MergeJobHandlerTest::isCancelled);
    assertThat(store.list("models/")).isEqualTo(before);
  }

  @Test
  void recipeThatHasBecomeWrongFailsWithEveryProblem() throws IOException {
    store.list("models/animals/").forEach(file -> store.delete(file.key()));
    assertThatThrownBy(() -> merge(request("linear", ""), new Attempt()))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND));
  }

  @Test
  void jobOfAnotherKindIsADefect() {
    JobRequest evaluation = new JobRequest.Evaluation(EvaluationRequest.getDefaultInstance());
    assertThatThrownBy(() -> handler.handle(evaluation, new Attempt()))
        .hasMessageContaining("evaluation job came to the merge queue");
  }

  private MergeResult merge(MergeRequest request, Attempt attempt) {
    return ((JobResult.Merge) handler.handle(new JobRequest.Merge(request), attempt)).message();
  }

  private static MergeRequest request(String recipe, String output) throws IOException {
    return MergeRequest.newBuilder().setRecipe(FactsStore.recipe(recipe)).setOutput(output).build();
  }

  /** A merge into many shards, so that some are finished when it is stopped. */
  private static MergeRequest sharded() throws IOException {
    MergeRequest.Builder request = request("linear", "").toBuilder();
    request.getOptionsBuilder().setShardBytes(100_000);
    return request.build();
  }

  private static void isCancelled(Throwable failure) {
    assertThat(((MergefarmException) failure).code()).isEqualTo(ErrorCode.CANCELLED);
  }

  /** An attempt that can be stopped when so many tensors are done. */
  private static final class Attempt implements JobContext {

    private final List<Progress> progress = new ArrayList<>();
    private final AtomicInteger tensorsDone = new AtomicInteger();
    private Optional<Integer> stopAfter = Optional.empty();
    private boolean jobCancelled;

    Attempt stopAfter(int tensors) {
      stopAfter = Optional.of(tensors);
      return this;
    }

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
      return now -> {
        progress.add(now);
        tensorsDone.set((int) now.itemsDone());
      };
    }

    @Override
    public Cancellation cancellation() {
      return () -> stopAfter.map(limit -> tensorsDone.get() >= limit).orElse(false);
    }

    @Override
    public boolean isJobCancelled() {
      return jobCancelled;
    }

    @Override
    public void warn(Problem problem) {
      throw new AssertionError("no warning is expected: " + problem.describe());
    }
  }
}
