package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.family.ModelFamilies;
import dev.mergefarm.eval.tokenizer.HuggingFaceTextTokenizer;
import dev.mergefarm.storage.model.Model;
import java.util.List;

/** Makes language models of stored ones. */
public final class ModelLoader {

  private ModelLoader() {}

  /** The {@code model_type}s that can be run, in order. */
  public static List<String> modelTypes() {
    return ModelFamilies.modelTypes();
  }

  /**
   * Loads a model with its tokenizer. The stored model may be closed afterwards.
   *
   * @param progress of reading the weights, as stage {@code load}
   * @throws MergefarmException with {@code MODEL_INCOMPLETE} when {@code config.json} or {@code
   *     tokenizer.json} is missing; {@code UNSUPPORTED_ARCHITECTURE} naming the configuration's
   *     keys; {@code TENSOR_MISSING}, {@code SHAPE_MISMATCH} and {@code UNSUPPORTED_DTYPE} with
   *     every tensor concerned; {@code MALFORMED_JSON}
   */
  public static LocalLanguageModel load(
      Model model, ModelOptions options, Progress.Listener progress, Cancellation cancellation) {
    Problems problems = new Problems();
    HuggingFaceTextTokenizer tokenizer = HuggingFaceTextTokenizer.load(model);
    try {
      TokenModel weights = TokenModel.load(model, options, problems, progress, cancellation);
      try {
        GenerationDefaults defaults = GenerationDefaults.read(model, problems);
        return new LocalLanguageModel(weights, tokenizer, defaults, problems.warnings());
      } catch (RuntimeException e) {
        weights.close();
        throw e;
      }
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }
}
