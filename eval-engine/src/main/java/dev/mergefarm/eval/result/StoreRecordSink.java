package dev.mergefarm.eval.result;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.Answer;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps answers in an object store: one object of JSON lines for each batch, under the plan's
 * fingerprint. A second attempt of the same plan finds them there.
 */
public final class StoreRecordSink implements RecordSink {

  private static final int LARGEST_BATCH = 64 << 20;
  // Log-likelihoods of impossible continuations are infinite.
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final ObjectStore store;
  private final String prefix;
  private String folder;
  private int next;

  /**
   * @param prefix of the evaluation's own, such as {@code evaluations/ID/answers/}
   */
  public StoreRecordSink(ObjectStore store, String prefix) {
    this.store = store;
    this.prefix = prefix.endsWith("/") ? prefix : prefix + "/";
  }

  @Override
  public List<StoredAnswer> open(String planFingerprint) {
    folder = prefix + planFingerprint + "/";
    List<StoredAnswer> answers = new ArrayList<>();
    List<ObjectInfo> batches = store.list(folder);
    for (ObjectInfo batch : batches) {
      String text = new String(store.readAll(batch.key(), LARGEST_BATCH), StandardCharsets.UTF_8);
      text.lines().forEach(line -> answers.add(parse(batch.key(), line)));
    }
    next = batches.size();
    return answers;
  }

  @Override
  public void append(List<StoredAnswer> batch) {
    StringBuilder lines = new StringBuilder();
    batch.forEach(answer -> lines.append(PythonJson.compact(fields(answer))).append('\n'));
    byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
    // Another attempt may have written the same number while this one lost its lease.
    while (!store.putIfAbsent(folder + "%08d.jsonl".formatted(next++), content)) {}
  }

  private static Map<String, Object> fields(StoredAnswer stored) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("request", stored.request());
    switch (stored.answer()) {
      case Answer.Continuation(double logLikelihood, boolean greedy) -> {
        fields.put("logLikelihood", logLikelihood);
        fields.put("greedy", greedy);
      }
      case Answer.Whole(double logLikelihood) -> fields.put("logLikelihood", logLikelihood);
      case Answer.Text(String text) -> fields.put("text", text);
    }
    return fields;
  }

  private static StoredAnswer parse(String key, String line) {
    try {
      JsonNode node = JSON.readTree(line);
      int request = node.required("request").asInt();
      if (node.has("text")) {
        return new StoredAnswer(request, new Answer.Text(node.get("text").asText()));
      }
      double logLikelihood = node.required("logLikelihood").asDouble();
      return new StoredAnswer(
          request,
          node.has("greedy")
              ? new Answer.Continuation(logLikelihood, node.get("greedy").asBoolean())
              : new Answer.Whole(logLikelihood));
    } catch (IOException | IllegalArgumentException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_JSON, "Stored answers " + key + " are damaged.", e);
    }
  }
}
