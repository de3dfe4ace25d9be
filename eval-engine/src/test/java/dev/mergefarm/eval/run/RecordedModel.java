package dev.mergefarm.eval.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;

/** Answers as another program's model did, by looking requests up in its records. */
final class RecordedModel implements LanguageModel {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<ContinuationRequest, Score> scores = new HashMap<>();
  private final Map<String, Double> wholes = new HashMap<>();
  private final Map<String, String> texts = new HashMap<>();
  private int asked;

  /** Reads every samples file of a folder. */
  static RecordedModel of(Path folder) throws IOException {
    RecordedModel model = new RecordedModel();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          model.learn(JSON.readTree(line));
        }
      }
    }
    return model;
  }

  private void learn(JsonNode sample) {
    for (int i = 0; i < sample.get("arguments").size(); i++) {
      JsonNode arguments = sample.get("arguments").get(i);
      JsonNode answer = sample.get("resps").get(i).get(0);
      String context = arguments.get(0).asText();
      if (arguments.size() == 1) {
        wholes.put(context, answer.asDouble());
      } else if (arguments.get(1).isTextual()) {
        scores.put(
            new ContinuationRequest(context, arguments.get(1).asText()),
            new Score(answer.get(0).asDouble(), answer.get(1).asBoolean()));
      } else {
        texts.put(context, answer.asText());
      }
    }
  }

  /** How many requests were answered. */
  int asked() {
    return asked;
  }

  private <T, R> List<R> answer(
      List<T> requests, Function<T, R> lookUp, ObjIntConsumer<R> consumer) {
    List<R> result = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      R answer = lookUp.apply(requests.get(i));
      if (answer == null) {
        throw new AssertionError("the records hold no answer to " + requests.get(i));
      }
      asked++;
      consumer.accept(answer, i);
      result.add(answer);
    }
    return result;
  }

  @Override
  public List<Score> score(
      List<ContinuationRequest> requests,
      ObjIntConsumer<Score> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    return answer(requests, scores::get, consumer);
  }

  @Override
  public List<Double> scoreWhole(
      List<String> requests,
      ObjIntConsumer<Double> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    return answer(requests, wholes::get, consumer);
  }

  @Override
  public List<String> generate(
      List<GenerationRequest> requests,
      ObjIntConsumer<String> consumer,
      Progress.Listener progress,
      Cancellation cancellation) {
    return answer(requests, request -> texts.get(request.context()), consumer);
  }

  @Override
  public Optional<String> endToken() {
    return Optional.of("</s>");
  }

  @Override
  public Optional<String> beginToken() {
    return Optional.of("<s>");
  }

  @Override
  public Optional<String> chatTemplate() {
    return Optional.of(
        "{% for m in messages %}<{{m.role}}>{{ m.content | trim }}</s>{% endfor %}"
            + "{% if add_generation_prompt %}<assistant>{% endif %}");
  }

  @Override
  public int maximumLength() {
    return 512;
  }

  @Override
  public void close() {}
}
