package dev.mergefarm.eval.model.remote;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.LanguageModel.Score;

/** A prompt whose last part is scored. */
sealed interface ScoredPrompt {

  PromptForm prompt();

  /** Whether some of the context was left out because all does not fit. */
  boolean cut();

  /**
   * @throws MergefarmException with {@code REMOTE_MODEL_UNSUITABLE} where the answer does not cover
   *     the prompt
   */
  Score score(EchoedPrompt answer);

  /**
   * @param ids of context and continuation
   * @param context how many of them are the context's, 1 or more
   */
  record OfTokens(int[] ids, int context, boolean cut) implements ScoredPrompt {

    @Override
    public PromptForm prompt() {
      return new PromptForm.Tokens(ids);
    }

    @Override
    public Score score(EchoedPrompt answer) {
      if (!answer.covers(ids.length)) {
        throw unsuitable(
            "%d entries for a prompt of %d tokens".formatted(answer.entries(), ids.length));
      }
      return answer.score(context, ids.length);
    }
  }

  /**
   * @param text context and continuation
   * @param context where the continuation starts
   */
  record OfText(String text, int context) implements ScoredPrompt {

    @Override
    public PromptForm prompt() {
      return new PromptForm.Text(text);
    }

    @Override
    public boolean cut() {
      return false;
    }

    @Override
    public Score score(EchoedPrompt answer) {
      int from = answer.entryAt(text, context);
      int to = answer.entryAt(text, text.length());
      if (from < 1 || to <= from) {
        throw unsuitable("no token that starts within the continuation");
      }
      return answer.score(from, to);
    }
  }

  private static MergefarmException unsuitable(String what) {
    return new MergefarmException(
        ErrorCode.REMOTE_MODEL_UNSUITABLE, "The server's answer to a prompt has " + what + ".");
  }
}
