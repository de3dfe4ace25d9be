package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/**
 * What a task asks of a model. Requests are answered in the order given; results are also handed to
 * the consumer with their request's index as soon as they are known (in any order, one call at a
 * time), so that a run can store them as they are made. What is wrong with a single request, such
 * as a continuation longer than the model, is thrown as {@link RequestFailure}. One caller at a
 * time.
 */
public interface LanguageModel extends AutoCloseable {

  /**
   * The log-likelihood of a continuation after a context.
   *
   * @param context text before; may be empty, then the model's prefix token stands in
   * @param continuation text scored; not empty
   */
  record ContinuationRequest(String context, String continuation) {}

  /**
   * @param logLikelihood natural logarithm of the continuation's probability, summed over tokens
   * @param greedy whether every token of the continuation is the model's most probable one
   */
  record Score(double logLikelihood, boolean greedy) {}

  /**
   * Text generated after a context until a stop string, the end token, or the limit.
   *
   * @param until stop strings; the answer is cut before the first one found
   * @param maximumTokens at most this many new tokens
   * @param sampling empty for greedy decoding
   * @param rules beside it
   */
  record GenerationRequest(
      String context,
      List<String> until,
      int maximumTokens,
      Optional<Sampling> sampling,
      GenerationRules rules) {

    /** With the model's own rules. */
    public GenerationRequest(
        String context, List<String> until, int maximumTokens, Optional<Sampling> sampling) {
      this(context, until, maximumTokens, sampling, GenerationRules.OF_THE_MODEL);
    }
  }

  /**
   * @param temperature above 0
   * @param topK 0 for no limit; empty for what the model's configuration says
   * @param topP 1 for no limit; empty for what the model's configuration says
   * @param seed of the random generator of this request
   */
  record Sampling(double temperature, Optional<Integer> topK, Optional<Double> topP, long seed) {}

  List<Score> score(
      List<ContinuationRequest> requests,
      ObjIntConsumer<Score> consumer,
      Progress.Listener progress,
      Cancellation cancellation);

  /** The log-likelihood of each whole text, in windows of the model's length, each token once. */
  List<Double> scoreWhole(
      List<String> texts,
      ObjIntConsumer<Double> consumer,
      Progress.Listener progress,
      Cancellation cancellation);

  List<String> generate(
      List<GenerationRequest> requests,
      ObjIntConsumer<String> consumer,
      Progress.Listener progress,
      Cancellation cancellation);

  /** The text of the model's end-of-sequence token, where it has one. */
  Optional<String> endToken();

  /** The text of the model's beginning-of-sequence token, where it has one. */
  Optional<String> beginToken();

  /** The chat template's source (Jinja), where the model has one. */
  Optional<String> chatTemplate();

  /**
   * What was odd so far but did not stop the work: about the model's files, and about requests such
   * as contexts that were cut because they are longer than the model.
   */
  default List<Problem> warnings() {
    return List.of();
  }

  /** Longest input in tokens. */
  int maximumLength();

  @Override
  void close();
}
