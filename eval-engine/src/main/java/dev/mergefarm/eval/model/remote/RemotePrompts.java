package dev.mergefarm.eval.model.remote;

import dev.mergefarm.eval.model.LanguageModel.ContinuationRequest;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import java.util.List;

/** What is sent for the requests of tasks. */
sealed interface RemotePrompts permits TokenPrompts, TextPrompts {

  /**
   * A prompt to be continued.
   *
   * @param cut whether some of it was left out because all does not fit
   */
  record Context(PromptForm prompt, boolean cut) {}

  List<ScoredPrompt> continuations(List<ContinuationRequest> requests);

  /** The windows of a text that together score each token once; none for an empty one. */
  List<ScoredPrompt> windows(String text);

  List<Context> contexts(List<GenerationRequest> requests);
}
