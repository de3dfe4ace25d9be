package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.run.ForwardMeter;
import dev.mergefarm.eval.model.run.GenerationPlan;
import dev.mergefarm.eval.model.run.GenerationRun;
import dev.mergefarm.eval.model.run.GenerationTask;
import dev.mergefarm.eval.model.run.RollingWindows;
import dev.mergefarm.eval.model.run.ScoringPlan;
import dev.mergefarm.eval.model.run.ScoringPlanner;
import dev.mergefarm.eval.model.run.ScoringRun;
import dev.mergefarm.eval.model.run.TokenizedRequest;
import dev.mergefarm.eval.tokenizer.PromptEncoder;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjIntConsumer;

/**
 * A model in this process, on libtorch. Scores by the rules of lm-evaluation-harness's {@code hf}
 * models, with log-probabilities always taken in float32. What it prepares for a list of requests
 * is kept, so that the same list is answered without tokenising or planning after {@link
 * #replaceWeights}. One caller at a time; owns native memory until closed.
 */
public final class LocalLanguageModel implements LanguageModel {

  private final TokenModel model;
  private final TextTokenizer tokenizer;
  private final PromptEncoder encoder;
  private final GenerationDefaults defaults;
  private final Set<Integer> endTokens;
  private final int maximumLength;
  private final List<Problem> loadWarnings;
  private final Problems requestWarnings = new Problems();
  private final RecentPlans<List<ContinuationRequest>, PreparedScores> scorePlans =
      new RecentPlans<>();
  private final RecentPlans<List<String>, PreparedTexts> textPlans = new RecentPlans<>();
  private final RecentPlans<List<String>, List<int[]>> contexts = new RecentPlans<>();

  /** What does not depend on the weights. */
  private record PreparedScores(ScoringPlan plan) {}

  /**
   * @param owners which text each window belongs to
   */
  private record PreparedTexts(ScoringPlan plan, int[] owners) {}

  /** Takes over the model and the tokenizer, which are closed with this. */
  LocalLanguageModel(
      TokenModel model,
      TextTokenizer tokenizer,
      GenerationDefaults defaults,
      List<Problem> warnings) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = new PromptEncoder(tokenizer, model.options().addBeginToken());
    this.defaults = defaults;
    this.endTokens = new HashSet<>(defaults.endTokens());
    tokenizer.endToken().ifPresent(token -> endTokens.add(token.id()));
    this.maximumLength = model.options().maximumLength().orElse(model.decoder().maximumLength());
    this.loadWarnings = List.copyOf(warnings);
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
    PreparedScores prepared = scorePlans.get(List.copyOf(requests), () -> prepare(requests));
    Answers<Score> answers = new Answers<>("score", requests.size(), consumer, progress);
    new ScoringRun(
            model.runner(cancellation),
            prepared.plan(),
            (score, request) ->
                answers.accept(new Score(score.logProbability(), score.greedy()), request))
        .run();
    return answers.all();
  }

  private PreparedScores prepare(List<ContinuationRequest> requests) {
    List<PromptEncoder.EncodedPair> pairs =
        encoder.encodePairs(
            requests.stream().map(ContinuationRequest::context).toList(),
            requests.stream().map(ContinuationRequest::continuation).toList());
    List<TokenizedRequest> tokenized =
        pairs.stream()
            .map(pair -> new TokenizedRequest(pair.context(), pair.continuation()))
            .toList();
    throwIfTooLong(tokenized);
    warnOfCut(tokenized.stream().filter(request -> request.isCut(maximumLength)).count());
    return new PreparedScores(plan(tokenized));
  }

  private ScoringPlan plan(List<TokenizedRequest> requests) {
    ModelOptions options = model.options();
    return new ScoringPlanner(model.decoder(), maximumLength, options.batchLimit())
        .plan(requests, options.threads(), options.activationBytes());
  }

  private void throwIfTooLong(List<TokenizedRequest> requests) {
    for (int i = 0; i < requests.size(); i++) {
      if (requests.get(i).continuation().length > maximumLength) {
        throw new RequestFailure(
            i,
            new MergefarmException(
                ErrorCode.INVALID_VALUE,
                "A continuation of %d tokens is longer than the model's %d."
                    .formatted(requests.get(i).continuation().length, maximumLength)));
      }
    }
  }

  private void warnOfCut(long count) {
    if (count > 0) {
      requestWarnings.warning(
          ErrorCode.INVALID_VALUE,
          "context",
          "%d contexts are longer than the model's %d tokens and were cut at the front."
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
    PreparedTexts prepared = textPlans.get(List.copyOf(texts), () -> prepareTexts(texts));
    Answers<Double> answers = new Answers<>("score", texts.size(), consumer, progress);
    int[] missing = new int[texts.size()];
    Arrays.stream(prepared.owners()).forEach(owner -> missing[owner]++);
    for (int text = 0; text < missing.length; text++) {
      if (missing[text] == 0) {
        answers.accept(0.0, text);
      }
    }
    double[] sums = new double[texts.size()];
    new ScoringRun(
            model.runner(cancellation),
            prepared.plan(),
            (score, window) -> {
              int text = prepared.owners()[window];
              sums[text] += score.logProbability();
              missing[text]--;
              if (missing[text] == 0) {
                answers.accept(sums[text], text);
              }
            })
        .run();
    return answers.all();
  }

  private PreparedTexts prepareTexts(List<String> texts) {
    List<TokenizedRequest> windows = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    List<int[]> tokens = encoder.encodeAll(texts);
    int prefix = encoder.prefixToken().id();
    for (int text = 0; text < texts.size(); text++) {
      if (texts.get(text).isEmpty()) {
        continue;
      }
      for (TokenizedRequest window : RollingWindows.of(tokens.get(text), prefix, maximumLength)) {
        windows.add(window);
        owners.add(text);
      }
    }
    return new PreparedTexts(plan(windows), owners.stream().mapToInt(Integer::intValue).toArray());
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
    List<String> texts = requests.stream().map(GenerationRequest::context).toList();
    List<int[]> encoded = contexts.get(texts, () -> encoder.encodeContexts(texts));
    List<GenerationTask> tasks = new ArrayList<>();
    List<StopStrings> stops = new ArrayList<>();
    int cut = 0;
    for (int i = 0; i < requests.size(); i++) {
      int room = room(requests.get(i), i);
      int[] context = encoded.get(i);
      cut += context.length > room ? 1 : 0;
      int[] kept = Arrays.copyOfRange(context, Math.max(0, context.length - room), context.length);
      stops.add(stops(requests.get(i)));
      tasks.add(
          new GenerationTask(
              kept,
              requests.get(i).maximumTokens(),
              defaults.sampler(requests.get(i)),
              defaults.rules(requests.get(i).rules(), endTokens),
              stops.getLast()));
    }
    warnOfCut(cut);
    ModelOptions options = model.options();
    GenerationPlan plan =
        GenerationPlan.make(
            model.decoder(),
            tasks,
            options.threads(),
            options.activationBytes(),
            options.batchLimit());
    Answers<String> answers = new Answers<>("generate", requests.size(), consumer, progress);
    new GenerationRun(
            model.runner(cancellation),
            plan,
            tasks,
            (tokens, request) -> answers.accept(stops.get(request).cut(tokens), request))
        .run();
    return answers.all();
  }

  /** Tokens of the context that fit beside the new ones. */
  private int room(GenerationRequest request, int place) {
    int room = maximumLength - request.maximumTokens();
    if (room < 1) {
      throw new RequestFailure(
          place,
          new MergefarmException(
              ErrorCode.INVALID_VALUE,
              "%d new tokens leave no room for a context: the model's length is %d tokens."
                  .formatted(request.maximumTokens(), maximumLength)));
    }
    return room;
  }

  private StopStrings stops(GenerationRequest request) {
    List<String> all = new ArrayList<>(request.until());
    endToken().ifPresent(all::add);
    return new StopStrings(tokenizer, all, endTokens);
  }

  /**
   * Reads another checkpoint of the same architecture into the memory of this one: same tensor
   * names and shapes, any stored type. What was prepared for earlier requests stays.
   *
   * @return warnings, such as tensors of the checkpoint that nothing reads
   * @throws MergefarmException with all tensors that are missing ({@code TENSOR_MISSING}), of the
   *     wrong shape ({@code SHAPE_MISMATCH}) or of a type that cannot be computed with ({@code
   *     UNSUPPORTED_DTYPE}), and then nothing has changed; after a failed read the weights must be
   *     replaced again
   */
  public List<Problem> replaceWeights(
      TensorSource source, Progress.Listener progress, Cancellation cancellation) {
    return model.replaceWeights(source, progress, cancellation);
  }

  /** What the model has computed since it was loaded. */
  public ForwardMeter.Reading work() {
    return model.work();
  }

  /** Bytes of native memory that the weights take. */
  public long weightBytes() {
    return model.weightBytes();
  }

  @Override
  public List<Problem> warnings() {
    List<Problem> all = new ArrayList<>(loadWarnings);
    all.addAll(requestWarnings.all());
    return List.copyOf(all);
  }

  @Override
  public Optional<String> endToken() {
    return tokenizer.endToken().map(TextTokenizer.SpecialToken::text);
  }

  @Override
  public Optional<String> beginToken() {
    return tokenizer.beginToken().map(TextTokenizer.SpecialToken::text);
  }

  @Override
  public Optional<String> chatTemplate() {
    return tokenizer.chatTemplate();
  }

  @Override
  public int maximumLength() {
    return maximumLength;
  }

  @Override
  public void close() {
    model.close();
    tokenizer.close();
  }
}
