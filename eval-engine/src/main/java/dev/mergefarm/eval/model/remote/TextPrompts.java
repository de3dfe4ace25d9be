package dev.mergefarm.eval.model.remote;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.LanguageModel.ContinuationRequest;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.template.python.Strings;
import java.util.List;

/** Prompts as texts, where the model's tokenizer is not at hand: the server makes the tokens. */
record TextPrompts() implements RemotePrompts {

  @Override
  public List<ScoredPrompt> continuations(List<ContinuationRequest> requests) {
    return requests.stream()
        .<ScoredPrompt>map(
            request -> {
              if (request.context().isEmpty()) {
                throw needsTokenizer("An empty context");
              }
              // White space at the end belongs to the continuation, as with a tokenizer.
              int start = Strings.strip(request.context(), false, true).length();
              return new ScoredPrompt.OfText(request.context() + request.continuation(), start);
            })
        .toList();
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
