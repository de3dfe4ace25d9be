package dev.mergefarm.eval.result;

import dev.mergefarm.eval.EvaluationOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a results file says of a run beside its scores.
 *
 * @param model name of the model
 * @param modelArguments how it was loaded: dtype, device, batch size and the like
 * @param options of the evaluation
 * @param started when the run began
 * @param elapsed how long it took
 * @param version of this program
 * @param maximumLength longest input of the model in tokens
 * @param chatTemplate that prompts went through; empty in runs without one
 */
public record RunDescription(
    String model,
    Map<String, Object> modelArguments,
    EvaluationOptions options,
    Instant started,
    Duration elapsed,
    String version,
    int maximumLength,
    Optional<String> chatTemplate) {

  public RunDescription {
    modelArguments = Collections.unmodifiableMap(new LinkedHashMap<>(modelArguments));
  }
}
