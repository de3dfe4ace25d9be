package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.family.ModelFamilies;
import dev.mergefarm.eval.model.graph.ComputeContext;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.run.DecoderRunner;
import dev.mergefarm.eval.model.run.ForwardMeter;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.List;

/**
 * A loaded model that knows token ids and no text. One caller at a time; owns the weights until
 * closed.
 */
final class TokenModel implements AutoCloseable {

  private final Decoder decoder;
  private final ModelOptions options;
  private final ModelWeights weights;
  private final ForwardMeter meter = new ForwardMeter();

  private TokenModel(Decoder decoder, ModelOptions options) {
    this.decoder = decoder;
    this.options = options;
    this.weights = new ModelWeights(decoder, options.device(), options.type());
  }

  /**
   * Builds the graph from {@code config.json} and reads the weights.
   *
   * @param problems receives the warnings
   * @throws MergefarmException with {@code MODEL_INCOMPLETE}, {@code UNSUPPORTED_ARCHITECTURE},
   *     {@code TENSOR_MISSING}, {@code SHAPE_MISMATCH} and what reading may throw
   */
  static TokenModel load(
      Model model,
      ModelOptions options,
      Problems problems,
      Progress.Listener progress,
      Cancellation cancellation) {
    byte[] json =
        model
            .file("config.json")
            .orElseThrow(
                () ->
                    new MergefarmException(
                        ErrorCode.MODEL_INCOMPLETE,
                        "The model %s has no config.json.".formatted(model.reference().text())));
    TokenModel loaded = new TokenModel(ModelFamilies.decoder(json, problems), options);
    try {
      problems.addAll(loaded.replaceWeights(model.tensors(), progress, cancellation));
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /** See {@link LocalLanguageModel#replaceWeights}. */
  List<Problem> replaceWeights(
      TensorSource source, Progress.Listener progress, Cancellation cancellation) {
    return weights.fill(source, progress, cancellation);
  }

  Decoder decoder() {
    return decoder;
  }

  ModelOptions options() {
    return options;
  }

  long weightBytes() {
    return weights.bytes();
  }

  ForwardMeter.Reading work() {
    return meter.read();
  }

  DecoderRunner runner(Cancellation cancellation) {
    return new DecoderRunner(
        decoder,
        new ComputeContext(weights, options.device(), options.type(), cancellation),
        meter);
  }

  @Override
  public void close() {
    weights.close();
  }
}
