package dev.mergefarm.evalworker;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.storage.model.Model;

/** Makes language models of stored ones. */
@FunctionalInterface
interface LanguageModels {

  /** Loads a model; the stored one may be closed afterwards. The caller closes the answer. */
  LanguageModel load(
      Model model, ModelOptions options, Progress.Listener progress, Cancellation cancellation);
}
