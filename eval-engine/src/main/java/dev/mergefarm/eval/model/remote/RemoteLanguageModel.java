package dev.mergefarm.eval.model.remote;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.Answers;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.tokenizer.PromptEncoder;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import dev.mergefarm.storage.Retries;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/**
 * A model on another server, by the rules of lm-evaluation-harness's {@code local-completions}.
 * With the model's tokenizer, prompts are sent as token ids and split exactly; without one, as
 * texts that the server splits by its own offsets, and whole texts cannot be scored. One caller at
 * a time.
 */
public final class RemoteLanguageModel implements LanguageModel {

  private final CompletionsConnection connection;
  private final CompletionsClient client;
  private final Optional<TextTokenizer> tokenizer;
  private final Optional<String> scoringFault;
  private final Problems warnings;

  /** Tokens of a prompt: the server needs room for one that it generates. */
  private final int maximumLength;

  private final RemotePrompts prompts;

  private RemoteLanguageModel(
      RemoteModelSettings settings,
      Optional<TextTokenizer> tokenizer,
      CompletionsConnection connection,
      Cancellation cancellation) {
    this.connection = connection;
    this.tokenizer = tokenizer;
    this.client = new CompletionsClient(connection, settings);
    this.warnings = new Problems();
    this.scoringFault = ServerCheck.scoringFault(client, tokenizer, warnings, cancellation);
    this.maximumLength =
        ServerWindow.length(settings, connection, tokenizer, warnings, cancellation) - 1;
    this.prompts =
        tokenizer
            .<RemotePrompts>map(
                known ->
                    new TokenPrompts(
                        new PromptEncoder(known, Optional.of(settings.addBeginToken())),
                        maximumLength))
            .orElseGet(TextPrompts::new);
    noteBeginToken(settings);
  }

  /**
   * Asks the server once whether it can score, and how long its model's window is.
   *
   * @param tokenizer of the server's model; closed with the model, and when this fails
   * @throws MergefarmException with {@code REMOTE_MODEL_UNAVAILABLE}, {@code REMOTE_MODEL_DENIED}
   *     or {@code REMOTE_MODEL_NOT_FOUND}
   */
  public static RemoteLanguageModel connect(
      RemoteModelSettings settings,
      Optional<TextTokenizer> tokenizer,
      Retries.Time time,
      InstantSource clock,
      Cancellation cancellation) {
    CompletionsConnection connection = new CompletionsConnection(settings, time, clock);
    try {
      return new RemoteLanguageModel(settings, tokenizer, connection, cancellation);
    } catch (RuntimeException failure) {
      connection.close();
      tokenizer.ifPresent(TextTokenizer::close);
      throw failure;
    }
  }

  private void noteBeginToken(RemoteModelSettings settings) {
    boolean adds =
        tokenizer.filter(t -> t.encode("a", true).length > t.encode("a", false).length).isPresent();
    if (adds && !settings.addBeginToken()) {
      warnings.warning(
          ErrorCode.INVALID_VALUE,
          "add_begin_token",
          "The tokenizer puts a token before every text, and prompts go without it unless asked"
              + " for, as in lm-eval's local-completions.");
    }
  }

  @Override
  public List<Score> score(
      List<ContinuationRequest> requests,
      ObjIntConsumer<Score> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    if (requests.isEmpty()) {
      return List.of();
    }
    throwIfNoScores();
    List<ScoredPrompt> scored = prompts.continuations(requests);
    warnOfCut(scored.stream().filter(ScoredPrompt::cut).count());
    Answers<Score> answers = new Answers<>("score", requests.size(), consumer, progress);
    client.echo(
        scored.stream().map(ScoredPrompt::prompt).toList(),
        (answer, place) -> answers.accept(scored.get(place).score(answer), place),
        cancellation);
    return answers.all();
  }

  private void throwIfNoScores() {
    scoringFault.ifPresent(
        fault -> {
          throw new MergefarmException(
              ErrorCode.REMOTE_MODEL_UNSUITABLE, "The server cannot score: " + fault + ".");
        });
  }

  private void warnOfCut(long count) {
    if (count > 0) {
      warnings.warning(
          ErrorCode.INVALID_VALUE,
          "context",
          "%d contexts are longer than the server's %d tokens and were cut at the front."
              .formatted(count, maximumLength));
    }
  }

  @Override
  public List<Double> scoreWhole(
      List<String> texts,
      ObjIntConsumer<Double> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    if (texts.isEmpty()) {
      return List.of();
    }
    throwIfNoScores();
    List<ScoredPrompt> windows = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    int[] missing = new int[texts.size()];
    for (int text = 0; text < texts.size(); text++) {
      for (ScoredPrompt window : prompts.windows(texts.get(text))) {
        windows.add(window);
        owners.add(text);
        missing[text]++;
      }
    }
    Answers<Double> answers = new Answers<>("score", texts.size(), consumer, progress);
    WindowSums sums = new WindowSums(missing, answers);
    client.echo(
        windows.stream().map(ScoredPrompt::prompt).toList(),
        (answer, window) ->
            sums.add(owners.get(window), windows.get(window).score(answer).logLikelihood()),
        cancellation);
    return answers.all();
  }

  @Override
  public List<String> generate(
      List<GenerationRequest> requests,
      ObjIntConsumer<String> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    if (requests.isEmpty()) {
      return List.of();
    }
    List<RemotePrompts.Context> contexts = prompts.contexts(requests);
    warnOfCut(contexts.stream().filter(RemotePrompts.Context::cut).count());
    List<List<String>> stops = requests.stream().map(this::stops).toList();
    Answers<String> answers = new Answers<>("generate", requests.size(), consumer, progress);
    client.generate(
        contexts.stream().map(RemotePrompts.Context::prompt).toList(),
        requests,
        stops,
        (text, place) -> answers.accept(cut(text, stops.get(place)), place),
        cancellation);
    return answers.all();
  }

  private List<String> stops(GenerationRequest request) {
    List<String> stops = new ArrayList<>(request.until());
    endToken().ifPresent(stops::add);
    return stops.stream().filter(stop -> !stop.isEmpty()).distinct().toList();
  }

  /** Servers end before a stop string; one that does not is cut here. */
  private static String cut(String text, List<String> stops) {
    String kept = text;
    for (String stop : stops) {
      int place = kept.indexOf(stop);
      kept = place < 0 ? kept : kept.substring(0, place);
    }
    return kept;
  }

  @Override
  public List<Problem> warnings() {
    return warnings.all();
  }

  @Override
  public Optional<String> endToken() {
    return tokenizer.flatMap(TextTokenizer::endToken).map(TextTokenizer.SpecialToken::text);
  }

  @Override
  public Optional<String> beginToken() {
    return tokenizer.flatMap(TextTokenizer::beginToken).map(TextTokenizer.SpecialToken::text);
  }

  @Override
  public Optional<String> chatTemplate() {
    return tokenizer.flatMap(TextTokenizer::chatTemplate);
  }

  @Override
  public int maximumLength() {
    return maximumLength;
  }

  @Override
  public void close() {
    connection.close();
    tokenizer.ifPresent(TextTokenizer::close);
  }
}
