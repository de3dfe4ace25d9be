package dev.mergefarm.eval.model.remote;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One request before all others: whether the server repeats prompts with log-probabilities. Servers
 * that only generate are of use too, so the answer is kept until a score is asked for.
 */
final class ServerCheck {

  private static final String TEXT = "Seven times eight is fifty-six.";
  private static final int PLACE = TEXT.indexOf(" is");

  private ServerCheck() {}

  /**
   * @param warnings gets one where the tokenizer does not seem to be the model's
   * @return why the server cannot score; empty where it can
   * @throws MergefarmException where the server does not answer, or not to this key or model
   */
  static Optional<String> scoringFault(
      CompletionsClient client,
      Optional<TextTokenizer> tokenizer,
      Problems warnings,
      Cancellation cancellation) {
    Optional<int[]> ids = tokenizer.map(t -> t.encode(TEXT, false));
    PromptForm prompt =
        ids.<PromptForm>map(PromptForm.Tokens::new).orElse(new PromptForm.Text(TEXT));
    List<EchoedPrompt> answers = new ArrayList<>();
    try {
      client.echo(List.of(prompt), (answer, place) -> answers.add(answer), cancellation);
    } catch (MergefarmException failure) {
      if (failure.code() == ErrorCode.REMOTE_MODEL_REFUSED) {
        return Optional.of("it refuses to (" + failure.getMessage() + ")");
      }
      throw failure;
    }
    EchoedPrompt answer = answers.getFirst();
    if (!answer.logProbabilities().isObject()) {
      return Optional.of("it hides log-probabilities (no 'logprobs' in its answer)");
    }
    if (answer.entries() == 0) {
      return Optional.of("it does not give log-probabilities as 'token_logprobs'");
    }
    return ids.isPresent() ? fault(answer, ids.get().length, warnings) : textFault(answer);
  }

  private static Optional<String> fault(EchoedPrompt answer, int length, Problems warnings) {
    if (!answer.covers(length)) {
      return Optional.of(
          (answer.entries() < length
                  ? "it does not repeat prompts with log-probabilities"
                  : "it puts tokens of its own into prompts")
              + " (%d entries for a prompt of %d tokens)".formatted(answer.entries(), length));
    }
    warnIfOther(answer, warnings);
    return scores(answer, 1, length);
  }

  private static void warnIfOther(EchoedPrompt answer, Problems warnings) {
    String wanted = solid(TEXT);
    if (!solid(answer.text()).contains(wanted) && !solid(answer.joinedTokens()).contains(wanted)) {
      warnings.warning(
          ErrorCode.INVALID_VALUE,
          "tokenizer",
          "The server reads the tokens of '%s' as '%s': the tokenizer may be another model's."
              .formatted(TEXT, answer.text()));
    }
  }

  /** Tokenizers differ in how they show blanks. */
  private static String solid(String text) {
    return text.replaceAll("[\\s\u2581\u0120]+", "");
  }

  private static Optional<String> textFault(EchoedPrompt answer) {
    int entry = answer.entryAt(TEXT, PLACE);
    int end = answer.entryAt(TEXT, TEXT.length());
    if (entry < 1 || entry >= end) {
      return Optional.of(
          "it does not repeat prompts with the places of tokens ('text_offset'); give a tokenizer"
              + " to send token ids");
    }
    return scores(answer, entry, end);
  }

  private static Optional<String> scores(EchoedPrompt answer, int from, int to) {
    try {
      answer.score(from, to);
      return Optional.empty();
    } catch (MergefarmException failure) {
      return Optional.of(failure.getMessage());
    }
  }
}
