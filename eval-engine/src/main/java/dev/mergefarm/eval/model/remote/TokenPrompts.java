package dev.mergefarm.eval.model.remote;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.LanguageModel.ContinuationRequest;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.RequestFailure;
import dev.mergefarm.eval.model.run.RollingWindows;
import dev.mergefarm.eval.model.run.TokenizedRequest;
import dev.mergefarm.eval.tokenizer.PromptEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Prompts as token ids.
 *
 * @param maximumLength tokens of a prompt at the most
 */
record TokenPrompts(PromptEncoder encoder, int maximumLength) implements RemotePrompts {

  @Override
  public List<ScoredPrompt> continuations(List<ContinuationRequest> requests) {
    List<PromptEncoder.EncodedPair> pairs =
        encoder.encodePairs(
            requests.stream().map(ContinuationRequest::context).toList(),
            requests.stream().map(ContinuationRequest::continuation).toList());
    List<ScoredPrompt> scored = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      try {
        scored.add(scored(pairs.get(i).context(), pairs.get(i).continuation()));
      } catch (MergefarmException failure) {
        throw new RequestFailure(i, failure);
      }
    }
    return scored;
  }

  private ScoredPrompt scored(int[] context, int[] continuation) {
    int total = context.length + continuation.length;
    int cut = Math.max(0, total - maximumLength);
    if (cut >= context.length) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "A continuation of %d tokens leaves no room for a context: the server's prompts have %d tokens at the most."
              .formatted(continuation.length, maximumLength));
    }
    int[] all = Arrays.copyOf(context, total);
    System.arraycopy(continuation, 0, all, context.length, continuation.length);
    return new ScoredPrompt.OfTokens(
        Arrays.copyOfRange(all, cut, total), context.length - cut, cut > 0);
  }

  @Override
  public List<ScoredPrompt> windows(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    int[] tokens = encoder.encodeAll(List.of(text)).getFirst();
    List<ScoredPrompt> windows = new ArrayList<>();
    for (TokenizedRequest window :
        RollingWindows.of(tokens, encoder.prefixToken().id(), maximumLength - 1)) {
      windows.add(scored(window.context(), window.continuation()));
    }
    return windows;
  }

  @Override
  public List<Context> contexts(List<GenerationRequest> requests) {
    List<int[]> encoded =
        encoder.encodeContexts(requests.stream().map(GenerationRequest::context).toList());
    List<Context> contexts = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      int room = maximumLength - requests.get(i).maximumTokens();
      if (room < 1) {
        throw new RequestFailure(
            i,
            new MergefarmException(
                ErrorCode.INVALID_VALUE,
                "%d new tokens leave no room for a context: the server's prompts have %d tokens at the most."
                    .formatted(requests.get(i).maximumTokens(), maximumLength)));
      }
      int[] context = encoded.get(i);
      int cut = Math.max(0, context.length - room);
      contexts.add(
          new Context(
              new PromptForm.Tokens(Arrays.copyOfRange(context, cut, context.length)), cut > 0));
    }
    return contexts;
  }
}
