package dev.mergefarm.evalworker;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/** Prefers short continuations, counts what it is asked, and fails after so many answers. */
final class FailingModel implements LanguageModel {

  private final int answersBeforeFailure;
  private final MergefarmException failure;
  private int asked;

  FailingModel(int answersBeforeFailure, MergefarmException failure) {
    this.answersBeforeFailure = answersBeforeFailure;
    this.failure = failure;
  }

  /** Requests that came. */
  int asked() {
    return asked;
  }

  @Override
  public List<Score> score(
      List<ContinuationRequest> requests,
      ObjIntConsumer<Score> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    asked += requests.size();
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      if (i == answersBeforeFailure) {
        throw failure;
      }
      scores.add(new Score(-requests.get(i).continuation().length(), false));
      consumer.accept(scores.getLast(), i);
    }
    return scores;
  }

  @Override
  public List<Double> scoreWhole(
      List<String> texts,
      ObjIntConsumer<Double> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    return List.of();
  }

  @Override
  public List<String> generate(
      List<GenerationRequest> requests,
      ObjIntConsumer<String> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    return List.of();
  }

  @Override
  public Optional<String> endToken() {
    return Optional.empty();
  }

  @Override
  public Optional<String> beginToken() {
    return Optional.empty();
  }

  @Override
  public Optional<String> chatTemplate() {
    return Optional.empty();
  }

  @Override
  public int maximumLength() {
    return 128;
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
