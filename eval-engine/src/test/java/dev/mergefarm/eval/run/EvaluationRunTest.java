package dev.mergefarm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DirectoryDataFiles;
import dev.mergefarm.eval.result.StoreRecordSink;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens around the answers: they are kept, found again, and asked for once. */
class EvaluationRunTest {

  private static final Path REFERENCE =
      Path.of(System.getProperty("mergefarm.root"), "eval-engine/src/test/resources/reference");

  private final TaskEvaluation evaluation =
      new TaskEvaluation(
          new TaskLibrary(new DirectoryTaskFiles(List.of(REFERENCE.resolve("tasks")))),
          DirectoryDataFiles.confined(List.of(REFERENCE)),
          new JavaFunctions());

  private EvaluationPlan plan(String... tasks) {
    return evaluation.plan(
        EvaluationOptions.builder().bootstrapIterations(10).build(), List.of(tasks));
  }

  private static RecordedModel model() throws IOException {
    return RecordedModel.of(REFERENCE.resolve("expected/all"));
  }

  private EvaluationOutcome run(
      EvaluationPlan plan, RecordedModel model, Cancellation cancellation, RecordSink sink) {
    return evaluation.run(plan, model, Progress.Listener.NONE, cancellation, sink);
  }

  @Test
  void aSecondAttemptAsksOnlyForWhatIsNotStored(@TempDir Path folder) throws IOException {
    EvaluationPlan plan = plan("r_gen_repeat", "r_ll", "r_roll", "r_mc_all");
    try (ObjectStore store = new LocalObjectStore(folder)) {
      RecordSink failing = new FailingSink(new StoreRecordSink(store, "answers"), 2);
      MergefarmException error =
          catchThrowableOfType(
              MergefarmException.class, () -> run(plan, model(), Cancellation.NEVER, failing));
      assertThat(error.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);

      RecordedModel second = model();
      EvaluationOutcome resumed =
          run(plan, second, Cancellation.NEVER, new StoreRecordSink(store, "answers"));
      assertThat(second.asked()).isEqualTo(plan.requestCount() - 2 * AnswerCollector.BATCH);
      EvaluationOutcome whole = run(plan, model(), Cancellation.NEVER, RecordSink.NONE);
      assertThat(resumed.tasks()).isEqualTo(whole.tasks());

      RecordedModel third = model();
      run(plan, third, Cancellation.NEVER, new StoreRecordSink(store, "answers"));
      assertThat(third.asked()).isZero();
    }
  }

  /** Loses the store after some batches. */
  private static final class FailingSink implements RecordSink {
    private final RecordSink target;
    private int left;

    FailingSink(RecordSink target, int batches) {
      this.target = target;
      this.left = batches;
    }

    @Override
    public List<StoredAnswer> open(String planFingerprint) {
      return target.open(planFingerprint);
    }

    @Override
    public void append(List<StoredAnswer> batch) {
      if (left-- <= 0) {
        throw new MergefarmException(ErrorCode.STORE_UNAVAILABLE, "The store is gone.");
      }
      target.append(batch);
    }
  }

  @Test
  void answersOfAnotherPlanAreNotUsed(@TempDir Path folder) throws IOException {
    try (ObjectStore store = new LocalObjectStore(folder)) {
      run(plan("r_ll"), model(), Cancellation.NEVER, new StoreRecordSink(store, "answers"));
      RecordedModel other = model();
      run(plan("r_roll"), other, Cancellation.NEVER, new StoreRecordSink(store, "answers"));
      assertThat(other.asked()).isEqualTo(24);
    }
  }

  @Test
  void aCancelledRunAsksNothing() throws IOException {
    RecordedModel model = model();
    MergefarmException error =
        catchThrowableOfType(
            MergefarmException.class, () -> run(plan("r_ll"), model, () -> true, RecordSink.NONE));
    assertThat(error.code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(model.asked()).isZero();
  }

  @Test
  void progressCountsEveryRequestOnce() throws IOException {
    EvaluationPlan plan = plan("r_ll", "r_roll");
    List<Long> done = new ArrayList<>();
    AtomicInteger total = new AtomicInteger();
    evaluation.run(
        plan,
        model(),
        progress -> {
          done.add(progress.itemsDone());
          total.set((int) progress.itemsTotal());
        },
        Cancellation.NEVER,
        RecordSink.NONE);
    assertThat(done).hasSize(plan.requestCount()).isSorted().endsWith((long) plan.requestCount());
    assertThat(total).hasValue(plan.requestCount());
  }

  @Test
  void aSecondModelIsAskedTheSameListsOfRequests() throws IOException {
    BuiltPlan plan = (BuiltPlan) plan("r_mc_all");
    ModelRequests first = plan.requestsFor(ChatFormat.NONE);
    assertThat(plan.requestsFor(ChatFormat.NONE)).isSameAs(first);
  }

  @Test
  void predictionsAloneHaveRecordsAndNoScores() throws IOException {
    EvaluationPlan plan =
        evaluation.plan(EvaluationOptions.builder().predictOnly(true).build(), List.of("r_gen"));
    EvaluationOutcome outcome = run(plan, model(), Cancellation.NEVER, RecordSink.NONE);
    assertThat(outcome.tasks().getFirst().metrics()).isEmpty();
    assertThat(outcome.tasks().getFirst().samples()).hasSize(48);
  }
}
