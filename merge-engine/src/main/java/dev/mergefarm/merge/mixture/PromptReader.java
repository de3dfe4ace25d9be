package dev.mergefarm.merge.mixture;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.storage.model.Model;
import java.util.List;

/**
 * What a model makes of prompts. Whoever can run models implements it; the merge engine cannot. The
 * tokens of a prompt are those of the beginning token's text, where the model has one, and the
 * prompt's text; the tokenizer adds nothing else.
 */
public interface PromptReader {

  /** Which of a prompt's hidden states count. */
  enum Pooling {
    /** That of the last token. */
    LAST,
    /** The mean over all tokens. */
    MEAN
  }

  /** The tokens of each prompt, at least one each. */
  List<int[]> tokens(Model model, List<String> prompts, Cancellation cancellation);

  /**
   * The hidden states that enter each layer, in float32.
   *
   * @return for each prompt, [layers][hidden]
   */
  List<float[][]> layerInputs(
      Model model, List<String> prompts, Pooling pooling, Cancellation cancellation);
}
