package dev.mergefarm.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a run may change about its tasks.
 *
 * @param fewShotCount replaces every task's number of examples, except where a task says 0; empty
 *     leaves the tasks' own
 * @param limit first documents only: below 1 a fraction of the split (rounded up), otherwise a
 *     count; above 0; empty for all. Excludes {@code samples}
 * @param samples task name to indices of the documents to use; empty for all
 * @param generationOverrides laid over each task's {@code generation_kwargs}
 * @param seeds of the random generators
 * @param bootstrapIterations replicates for bootstrapped standard errors; 0 reports no standard
 *     errors at all
 * @param systemInstruction text put first in every prompt
 * @param applyChatTemplate whether prompts go through the model's chat template
 * @param fewShotAsMultiturn whether examples become turns of a chat; only with a chat template
 * @param predictOnly records answers and scores nothing
 * @param unsafeCodeConfirmed whether tasks that run generated programs may be evaluated
 */
public record EvaluationOptions(
    OptionalInt fewShotCount,
    OptionalDouble limit,
    Map<String, List<Integer>> samples,
    Map<String, Object> generationOverrides,
    Seeds seeds,
    int bootstrapIterations,
    Optional<String> systemInstruction,
    boolean applyChatTemplate,
    boolean fewShotAsMultiturn,
    boolean predictOnly,
    boolean unsafeCodeConfirmed) {

  /** Replicates of a bootstrap unless the run says otherwise. */
  public static final int DEFAULT_BOOTSTRAP_ITERATIONS = 100_000;

  private static final int LARGEST_BOOTSTRAP = 1_000_000;

  /**
   * @param python seed of helpers that use the global generator
   * @param generation seed from which each sampled generation derives its own
   * @param fewShot seed of each task's example sampler
   */
  public record Seeds(long python, long generation, long fewShot) {

    /** The reference program's defaults. */
    public static final Seeds DEFAULT = new Seeds(0, 1234, 1234);
  }

  public EvaluationOptions {
    Objects.requireNonNull(fewShotCount, "fewShotCount");
    Objects.requireNonNull(seeds, "seeds");
    Objects.requireNonNull(systemInstruction, "systemInstruction");
    samples = Map.copyOf(samples);
    generationOverrides = Collections.unmodifiableMap(new LinkedHashMap<>(generationOverrides));
    if (fewShotCount.isPresent() && fewShotCount.getAsInt() < 0) {
      throw new IllegalArgumentException(
          "fewShotCount must be 0 or more, not " + fewShotCount.getAsInt());
    }
    if (limit.isPresent() && !(limit.getAsDouble() > 0)) {
      throw new IllegalArgumentException("limit must be above 0, not " + limit.getAsDouble());
    }
    if (limit.isPresent() && !samples.isEmpty()) {
      throw new IllegalArgumentException("limit and samples exclude each other");
    }
    if (bootstrapIterations < 0 || bootstrapIterations > LARGEST_BOOTSTRAP) {
      throw new IllegalArgumentException(
          "bootstrapIterations must be 0 to " + LARGEST_BOOTSTRAP + ", not " + bootstrapIterations);
    }
  }

  /** Every task as its file says, with standard errors. */
  public static EvaluationOptions defaults() {
    return new Builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects options; starts from {@link #defaults()}. Not thread safe. */
  public static final class Builder {
    private OptionalInt fewShotCount = OptionalInt.empty();
    private OptionalDouble limit = OptionalDouble.empty();
    private Map<String, List<Integer>> samples = Map.of();
    private Map<String, Object> generationOverrides = Map.of();
    private Seeds seeds = Seeds.DEFAULT;
    private int bootstrapIterations = DEFAULT_BOOTSTRAP_ITERATIONS;
    private Optional<String> systemInstruction = Optional.empty();
    private boolean applyChatTemplate;
    private boolean fewShotAsMultiturn;
    private boolean predictOnly;
    private boolean unsafeCodeConfirmed;

    private Builder() {}

    public Builder fewShotCount(int count) {
      this.fewShotCount = OptionalInt.of(count);
      return this;
    }

    public Builder limit(double limit) {
      this.limit = OptionalDouble.of(limit);
      return this;
    }

    public Builder samples(Map<String, List<Integer>> samples) {
      this.samples = samples;
      return this;
    }

    public Builder generationOverrides(Map<String, Object> overrides) {
      this.generationOverrides = overrides;
      return this;
    }

    public Builder seeds(Seeds seeds) {
      this.seeds = seeds;
      return this;
    }

    public Builder bootstrapIterations(int iterations) {
      this.bootstrapIterations = iterations;
      return this;
    }

    public Builder systemInstruction(String text) {
      this.systemInstruction = Optional.of(text);
      return this;
    }

    public Builder applyChatTemplate(boolean apply) {
      this.applyChatTemplate = apply;
      return this;
    }

    public Builder fewShotAsMultiturn(boolean multiturn) {
      this.fewShotAsMultiturn = multiturn;
      return this;
    }

    public Builder predictOnly(boolean predictOnly) {
      this.predictOnly = predictOnly;
      return this;
    }

    public Builder unsafeCodeConfirmed(boolean confirmed) {
      this.unsafeCodeConfirmed = confirmed;
      return this;
    }

    public EvaluationOptions build() {
      return new EvaluationOptions(
          fewShotCount,
          limit,
          samples,
          generationOverrides,
          seeds,
          bootstrapIterations,
          systemInstruction,
          applyChatTemplate,
          fewShotAsMultiturn,
          predictOnly,
          unsafeCodeConfirmed);
    }
  }
}
