package dev.mergefarm.eval.model.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LogitsProbe;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.tokenizer.HuggingFaceTextTokenizer;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A server on this machine that answers as vLLM does, with one of the example's models. */
final class CompletionsServer implements AutoCloseable {

  /** Does something else than answering. */
  @FunctionalInterface
  interface Fault {
    void apply(HttpExchange exchange) throws IOException;
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int END = 2;
  private static final int WINDOW = 256;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final LogitsProbe probe;
  private final HuggingFaceTextTokenizer tokenizer;
  private final Deque<Fault> faults = new ConcurrentLinkedDeque<>();
  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger mostInFlight = new AtomicInteger();
  private volatile Consumer<ObjectNode> alteration = choice -> {};
  private volatile Optional<Integer> toldWindow = Optional.of(WINDOW);

  CompletionsServer(Path modelFolder) throws IOException {
    try (Model model = open(modelFolder)) {
      probe =
          LogitsProbe.load(
              model,
              ModelOptions.onCpu(ComputeType.FLOAT32).withThreads(1),
              Progress.Listener.NONE,
              Cancellation.NEVER);
      tokenizer = HuggingFaceTextTokenizer.load(model);
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/completions", this::completions);
    server.createContext("/v1/models", this::models);
    server.setExecutor(threads);
    server.start();
  }

  static Model open(Path folder) {
    return DefaultModelRepository.builder()
        .localPaths(folder.getParent())
        .build()
        .open(new ModelReference(folder.toString()));
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
  }

  /** The next requests meet these instead of an answer. */
  void meet(Fault... next) {
    faults.addAll(List.of(next));
  }

  /** Every choice is changed before it is sent. */
  void alter(Consumer<ObjectNode> change) {
    alteration = change;
  }

  void tellNoWindow() {
    toldWindow = Optional.empty();
  }

  /** Completion requests that were answered, in order. */
  List<JsonNode> requests() {
    return requests;
  }

  /** The {@code Authorization} headers of all completion requests. */
  List<String> keys() {
    return keys;
  }

  int mostInFlight() {
    return mostInFlight.get();
  }

  static Fault status(int status, String message) {
    return exchange -> send(exchange, status, "{\"error\": {\"message\": \"" + message + "\"}}");
  }

  static Fault later(int seconds) {
    return exchange -> {
      exchange.getResponseHeaders().add("Retry-After", Integer.toString(seconds));
      send(exchange, 429, "slow down");
    };
  }

  static Fault cutConnection() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write("{\"choices\": [".getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      throw new IOException("cut");
    };
  }

  private void models(HttpExchange exchange) throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    ObjectNode model = answer.putArray("data").addObject().put("id", "facts");
    toldWindow.ifPresent(window -> model.put("max_model_len", window));
    send(exchange, 200, answer.toString());
  }

  private void completions(HttpExchange exchange) throws IOException {
    mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    try {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      Fault fault = faults.poll();
      if (fault != null) {
        fault.apply(exchange);
        return;
      }
      requests.add(request);
      ObjectNode answer = JSON.createObjectNode();
      ArrayNode choices = answer.putArray("choices");
      for (JsonNode prompt : request.path("prompt")) {
        ObjectNode choice = choices.insertObject(0).put("index", choices.size() - 1);
        fill(choice, ids(prompt), request);
        alteration.accept(choice);
      }
      send(exchange, 200, answer.toString());
    } finally {
      inFlight.decrementAndGet();
    }
  }

  /** Texts get the begin token, as vLLM gives it to them, ids do not. */
  private int[] ids(JsonNode prompt) {
    if (prompt.isTextual()) {
      return tokenizer.encode(prompt.textValue(), true);
    }
    int[] ids = new int[prompt.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = prompt.get(i).intValue();
    }
    return ids;
  }

  private void fill(ObjectNode choice, int[] prompt, JsonNode request) {
    List<Integer> all = new ArrayList<>();
    for (int id : prompt) {
      all.add(id);
    }
    StringBuilder text = new StringBuilder();
    for (int n = 0; n < request.path("max_tokens").asInt(); n++) {
      int next = greedy(all);
      all.add(next);
      if (next == END) {
        break;
      }
      text.setLength(0);
      text.append(decode(all.subList(prompt.length, all.size())));
      Optional<Integer> stop = stop(text, request);
      if (stop.isPresent()) {
        text.setLength(stop.get());
        break;
      }
    }
    boolean echo = request.path("echo").asBoolean();
    choice.put("text", (echo ? tokenizer.decode(prompt, true) : "") + text);
    if (request.has("logprobs")) {
      logProbabilities(choice.putObject("logprobs"), all);
    }
  }

  private static Optional<Integer> stop(StringBuilder text, JsonNode request) {
    for (JsonNode stop : request.path("stop")) {
      int place = text.indexOf(stop.textValue());
      if (place >= 0) {
        return Optional.of(place);
      }
    }
    return Optional.empty();
  }

  private String decode(List<Integer> ids) {
    return tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray(), true);
  }

  private synchronized double[][] probabilities(List<Integer> ids) {
    return probe.logProbabilities(ids.stream().mapToInt(Integer::intValue).toArray());
  }

  private int greedy(List<Integer> ids) {
    return largest(probabilities(ids)[ids.size() - 1]);
  }

  private static int largest(double[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }

  private void logProbabilities(ObjectNode node, List<Integer> ids) {
    double[][] rows = probabilities(ids);
    ArrayNode values = node.putArray("token_logprobs").addNull();
    ArrayNode alternatives = node.putArray("top_logprobs").addNull();
    ArrayNode tokens = node.putArray("tokens");
    ArrayNode offsets = node.putArray("text_offset");
    int offset = 0;
    for (int i = 0; i < ids.size(); i++) {
      String text = decode(List.of(ids.get(i)));
      tokens.add(text);
      offsets.add(offset);
      offset += text.length();
      if (i > 0) {
        double[] row = rows[i - 1];
        values.add(row[ids.get(i)]);
        int best = largest(row);
        ObjectNode top = alternatives.addObject().put("token:" + best, row[best]);
        top.put("token:" + ids.get(i), row[ids.get(i)]);
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
    probe.close();
    tokenizer.close();
  }
}
