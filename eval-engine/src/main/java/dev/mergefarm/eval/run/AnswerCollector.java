package dev.mergefarm.eval.run;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Answer;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.model.RequestFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;

/**
 * Has a model answer every request of a plan that is not answered yet, and hands the answers to the
 * sink in batches. One collector serves one run; not thread safe.
 */
final class AnswerCollector {

  /** Answers kept in memory before they are stored. */
  static final int BATCH = 64;

  private final BuiltPlan plan;
  private final RecordSink sink;
  private final Progress.Listener progress;
  private final Cancellation cancellation;
  private final Answer[] answers;
  private final List<RecordSink.StoredAnswer> unsaved = new ArrayList<>();
  private int answered;

  AnswerCollector(
      BuiltPlan plan, RecordSink sink, Progress.Listener progress, Cancellation cancellation) {
    this.plan = plan;
    this.sink = sink;
    this.progress = progress;
    this.cancellation = cancellation;
    this.answers = new Answer[plan.slots().size()];
  }

  /**
   * What the model was asked and what it answered.
   *
   * @param answers one for each slot of the plan
   */
  record Collected(ModelRequests requests, List<Answer> answers) {}

  Collected collect(LanguageModel model) {
    for (RecordSink.StoredAnswer stored : sink.open(plan.fingerprint())) {
      restore(stored);
    }
    ModelRequests requests =
        plan.requestsFor(
            plan.options().applyChatTemplate() ? ChatFormat.of(model) : ChatFormat.NONE);
    try {
      ask(
          "loglikelihood",
          requests.continuations(),
          model::score,
          score -> new Answer.Continuation(score.logLikelihood(), score.greedy()));
      ask("loglikelihood_rolling", requests.wholes(), model::scoreWhole, Answer.Whole::new);
      ask("generate_until", requests.generations(), model::generate, Answer.Text::new);
    } finally {
      // What was answered before a failure or a cancellation need not be asked again.
      save();
    }
    return new Collected(requests, List.of(answers));
  }

  private void restore(RecordSink.StoredAnswer stored) {
    int slot = stored.request();
    boolean fits =
        slot >= 0
            && slot < answers.length
            && switch (plan.request(plan.slots().get(slot))) {
              case PlannedRequest.Continuation c -> stored.answer() instanceof Answer.Continuation;
              case PlannedRequest.Whole w -> stored.answer() instanceof Answer.Whole;
              case PlannedRequest.Generate g -> stored.answer() instanceof Answer.Text;
            };
    if (!fits) {
      throw new MergefarmException(
          ErrorCode.INTERNAL, "A stored answer does not fit request " + slot + " of the plan.");
    }
    answered += answers[slot] == null ? 1 : 0;
    answers[slot] = stored.answer();
  }

  /** One of a model's three ways to answer. */
  @FunctionalInterface
  private interface Question<T, R> {
    List<R> ask(
        List<T> requests,
        ObjIntConsumer<R> consumer,
        Progress.Listener progress,
        Cancellation cancellation);
  }

  private <T, R> void ask(
      String stage,
      ModelRequests.Kind<T> kind,
      Question<T, R> question,
      Function<R, Answer> answer) {
    int[] open =
        IntStream.range(0, kind.slots().length)
            .filter(i -> answers[kind.slots()[i]] == null)
            .toArray();
    if (open.length == 0) {
      return;
    }
    cancellation.throwIfCancelled();
    // The plan's own list where nothing is answered yet: models keep tokens by list.
    List<T> requests =
        open.length == kind.slots().length
            ? kind.requests()
            : IntStream.of(open).mapToObj(kind.requests()::get).toList();
    List<R> results;
    try {
      results =
          question.ask(
              requests,
              (result, index) -> take(stage, kind.slots()[open[index]], answer.apply(result)),
              Progress.Listener.NONE,
              cancellation);
    } catch (RequestFailure failure) {
      throw plan.describe(plan.slots().get(kind.slots()[open[failure.request()]]), failure);
    }
    for (int i = 0; i < open.length; i++) {
      take(stage, kind.slots()[open[i]], answer.apply(results.get(i)));
    }
  }

  private void take(String stage, int slot, Answer answer) {
    if (answers[slot] != null) {
      return;
    }
    answers[slot] = answer;
    answered++;
    unsaved.add(new RecordSink.StoredAnswer(slot, answer));
    if (unsaved.size() >= BATCH) {
      save();
    }
    progress.onProgress(new Progress(stage, answered, answers.length, 0, 0));
  }

  private void save() {
    if (!unsaved.isEmpty()) {
      sink.append(List.copyOf(unsaved));
      unsaved.clear();
    }
  }
}
