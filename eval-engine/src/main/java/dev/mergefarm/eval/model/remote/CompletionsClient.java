package dev.mergefarm.eval.model.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.GenerationRules;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.LanguageModel.Sampling;
import dev.mergefarm.storage.BoundedTasks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Puts prompts into requests of several, sends several at a time, and takes the answers apart. */
final class CompletionsClient {

  /** What the reference program sends with every request. */
  private static final long SEED = 1234;

  private final CompletionsConnection connection;
  private final RemoteModelSettings settings;

  CompletionsClient(CompletionsConnection connection, RemoteModelSettings settings) {
    this.connection = connection;
    this.settings = settings;
  }

  /** A request's settings, beside its prompts. */
  private record Batch(ObjectNode body, List<Integer> places) {}

  /**
   * Has prompts repeated with log-probabilities.
   *
   * @param consumer gets each prompt's answer with its place, from any thread
   */
  void echo(
      List<PromptForm> prompts, ObjIntConsumer<EchoedPrompt> consumer, Cancellation cancellation) {
    List<Integer> all = IntStream.range(0, prompts.size()).boxed().toList();
    send(
        batches(prompts, all, this::scoring),
        prompts,
        (choice, place) -> consumer.accept(EchoedPrompt.of(choice), place),
        cancellation);
  }

  /**
   * Has prompts continued.
   *
   * @param requests what each prompt is continued by
   * @param stops stop strings of each
   * @param consumer gets each new text with its place, from any thread
   */
  void generate(
      List<PromptForm> prompts,
      List<GenerationRequest> requests,
      List<List<String>> stops,
      ObjIntConsumer<String> consumer,
      Cancellation cancellation) {
    record Settings(
        int maximumTokens,
        List<String> stops,
        Optional<Sampling> sampling,
        GenerationRules rules) {}
    Map<Settings, List<Integer>> alike = new LinkedHashMap<>();
    for (int i = 0; i < requests.size(); i++) {
      GenerationRequest request = requests.get(i);
      alike
          .computeIfAbsent(
              new Settings(
                  request.maximumTokens(), stops.get(i), request.sampling(), request.rules()),
              key -> new ArrayList<>())
          .add(i);
    }
    List<Batch> batches = new ArrayList<>();
    alike.forEach(
        (same, places) ->
            batches.addAll(
                batches(
                    prompts,
                    places,
                    () -> {
                      ObjectNode body =
                          generation(same.maximumTokens(), same.stops(), same.sampling());
                      same.rules().named().forEach((key, value) -> body.putPOJO(key, value));
                      return body;
                    })));
    send(
        batches,
        prompts,
        (choice, place) -> consumer.accept(choice.path("text").asText(""), place),
        cancellation);
  }

  private ObjectNode scoring() {
    ObjectNode body = CompletionsConnection.object();
    body.put("model", settings.model());
    body.put("temperature", 0);
    body.put("max_tokens", 1);
    body.put("logprobs", 1);
    body.put("seed", SEED);
    body.put("echo", true);
    return body;
  }

  private ObjectNode generation(
      int maximumTokens, List<String> stops, Optional<Sampling> sampling) {
    ObjectNode body = CompletionsConnection.object();
    body.put("model", settings.model());
    body.put("max_tokens", maximumTokens);
    if (!stops.isEmpty()) {
      stops.forEach(body.putArray("stop")::add);
    }
    body.put("temperature", sampling.map(Sampling::temperature).orElse(0.0));
    body.put("seed", sampling.map(Sampling::seed).orElse(SEED));
    sampling.flatMap(Sampling::topP).ifPresent(value -> body.put("top_p", value));
    sampling
        .flatMap(Sampling::topK)
        .filter(value -> value > 0)
        .ifPresent(value -> body.put("top_k", value));
    return body;
  }

  /** Long prompts come first, so that what runs out of memory does so early. */
  private List<Batch> batches(
      List<PromptForm> prompts, List<Integer> places, Supplier<ObjectNode> body) {
    List<Integer> ordered =
        places.stream()
            .sorted(Comparator.comparingInt((Integer place) -> -prompts.get(place).length()))
            .toList();
    List<Batch> batches = new ArrayList<>();
    for (int start = 0; start < ordered.size(); start += settings.batchSize()) {
      List<Integer> own =
          ordered.subList(start, Math.min(ordered.size(), start + settings.batchSize()));
      batches.add(new Batch(body.get(), own));
    }
    return batches;
  }

  private void send(
      List<Batch> batches,
      List<PromptForm> prompts,
      ObjIntConsumer<JsonNode> consumer,
      Cancellation cancellation) {
    BoundedTasks.map(
        batches,
        settings.concurrency(),
        batch -> {
          ArrayNode list = batch.body().putArray("prompt");
          batch.places().forEach(place -> prompts.get(place).addTo(list));
          List<JsonNode> choices =
              choices(connection.post(batch.body(), cancellation), batch.places().size());
          for (int i = 0; i < choices.size(); i++) {
            consumer.accept(choices.get(i), batch.places().get(i));
          }
          return batch.places().size();
        });
  }

  /** The choices of an answer by their index, one for each prompt. */
  private static List<JsonNode> choices(JsonNode answer, int prompts) {
    List<JsonNode> choices = new ArrayList<>();
    answer.path("choices").forEach(choices::add);
    choices.sort(Comparator.comparingInt(choice -> choice.path("index").asInt()));
    if (choices.size() != prompts) {
      throw new MergefarmException(
          ErrorCode.REMOTE_MODEL_UNSUITABLE,
          "The server gives %d choices for %d prompts in one request%s."
              .formatted(
                  choices.size(),
                  prompts,
                  prompts > 1 ? "; a batch size of 1 sends one at a time" : ""));
    }
    return choices;
  }
}
