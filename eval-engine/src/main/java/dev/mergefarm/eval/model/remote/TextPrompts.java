package dev.mergefarm.eval.model.remote;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.LanguageModel.ContinuationRequest;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.RequestFailure;
import dev.mergefarm.eval.template.python.Strings;
import java.util.ArrayList;
import java.util.List;

/** Prompts as texts, where the model's tokenizer is not at hand: the server makes the tokens. */
record TextPrompts() implements RemotePrompts {

  @Override
  public List<ScoredPrompt> continuations(List<ContinuationRequest> requests) {
    List<ScoredPrompt> scored = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      ContinuationRequest request = requests.get(i);
      // White space at the end belongs to the continuation, as with a tokenizer.
      int start = Strings.strip(request.context(), false, true).length();
      if (start == 0) {
        throw new RequestFailure(i, needsTokenizer("An empty context"));
      }
      scored.add(new ScoredPrompt.OfText(request.context() + request.continuation(), start));
    }
    return scored;
  }

  @Override
  public List<ScoredPrompt> windows(String text) {
    throw needsTokenizer("Scoring whole texts (loglikelihood_rolling)");
  }

  @Override
  public List<Context> contexts(List<GenerationRequest> requests) {
    return requests.stream()
        .map(request -> new Context(new PromptForm.Text(request.context()), false))
        .toList();
  }

  private static MergefarmException needsTokenizer(String what) {
    return new MergefarmException(
        ErrorCode.MISSING_KEY,
        what + " on a server needs the model's tokenizer; name a folder that has it.");
  }
}
