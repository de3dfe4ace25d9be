package dev.mergefarm.storage.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.manifest.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hub on this machine that speaks the protocol of the Hugging Face hub: models and data sets,
 * each at one commit, and a second server for large files behind it. Can break answers off, let
 * them hang, answer that it is loaded, change bytes, and demand a token. What is pushed can be read
 * back.
 */
public final class FakeHub implements AutoCloseable {

  /** What each revision stands for. */
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private static final int LARGE = 1000;
  private static final Pattern DESCRIPTION =
      Pattern.compile(
          "/api/(?<kind>models|datasets)/(?<name>[^/]+/[^/]+)/revision/(?<revision>.+)");
  private static final Pattern FILE =
      Pattern.compile(
          "/(?<kind>datasets/)?(?<name>[^/]+/[^/]+)/resolve/" + COMMIT + "/(?<file>.+)");
  private static final Pattern WRITE =
      Pattern.compile("/api/models/(?<name>[^/]+/[^/]+)/(?<what>preupload|commit)/[^/]+");

  private final Map<String, Map<String, byte[]>> repositories = new ConcurrentHashMap<>();
  private final Map<String, byte[]> largeFiles = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> tokensSeenByContentServer = new CopyOnWriteArrayList<>();
  private final List<JsonNode> created = new CopyOnWriteArrayList<>();
  private final List<JsonNode> commits = new CopyOnWriteArrayList<>();
  private final AtomicInteger breaksLeft = new AtomicInteger();
  private final AtomicInteger unavailableLeft = new AtomicInteger();
  private final AtomicLong bytesServed = new AtomicLong();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile int breakAfter;
  private volatile boolean hanging;
  private volatile String requiredToken = "";
  private volatile int partSize;
  private volatile boolean corrupt;

  private final HttpServer hub = server(this::answer);
  private final HttpServer content = server(this::answerContent);

  public URI endpoint() {
    return address(hub);
  }

  /** The files of the model {@code org/name}, made with the first call; may be changed. */
  public Map<String, byte[]> files() {
    return model("org/name");
  }

  /** The files of a model, made with the first call; may be changed. */
  public Map<String, byte[]> model(String name) {
    return repositories.computeIfAbsent("models/" + name, any -> new ConcurrentSkipListMap<>());
  }

  /** The files of a data set, made with the first call; may be changed. */
  public Map<String, byte[]> dataset(String name) {
    return repositories.computeIfAbsent("datasets/" + name, any -> new ConcurrentSkipListMap<>());
  }

  /** What was put into the large-file store, by digest. */
  public Map<String, byte[]> largeFiles() {
    return largeFiles;
  }

  /** Every request so far: method and path, with {@code content} between for the second server. */
  public List<String> requests() {
    return requests;
  }

  public List<String> tokensSeenByContentServer() {
    return tokensSeenByContentServer;
  }

  /** The requests that asked for new repositories. */
  public List<JsonNode> created() {
    return created;
  }

  /** The commits that were pushed, each with its {@code lines}. */
  public List<JsonNode> commits() {
    return commits;
  }

  public long bytesServed() {
    return bytesServed.get();
  }

  /** How many answers are still to be broken off. */
  public int breaksLeft() {
    return breaksLeft.get();
  }

  /** Breaks the next answers that are longer than some bytes off after them. */
  public void breakOff(int answers, int afterBytes) {
    breakAfter = afterBytes;
    breaksLeft.set(answers);
  }

  /** Lets large files hang after their headers, until the hub is closed. */
  public void hang() {
    hanging = true;
  }

  /** Answers the next requests with 503. */
  public void refuseForLoad(int count) {
    unavailableLeft.set(count);
  }

  public void requireToken(String token) {
    requiredToken = token;
  }

  /** Wants large files in parts of so many bytes. */
  public void askForParts(int size) {
    partSize = size;
  }

  /** Whether large files arrive with a byte changed. */
  public void corrupt(boolean change) {
    corrupt = change;
  }

  private static URI address(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static HttpServer server(HttpHandler handler) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
      server.createContext("/", handler);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.start();
      return server;
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    byte[] body = exchange.getRequestBody().readAllBytes();
    Matcher description = DESCRIPTION.matcher(path);
    Matcher file = FILE.matcher(path);
    Matcher write = WRITE.matcher(path);
    if (unavailableLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      send(exchange, 503, new byte[0]);
    } else if (!requiredToken.isEmpty() && !token(exchange).equals("Bearer " + requiredToken)) {
      exchange.getResponseHeaders().add("X-Error-Code", "GatedRepo");
      send(exchange, 401, new byte[0]);
    } else if (description.matches()) {
      String repository = description.group("kind") + "/" + description.group("name");
      answerDescription(exchange, repository, description.group("revision"));
    } else if (file.matches()) {
      String kind = file.group("kind") == null ? "models/" : file.group("kind");
      answerFile(exchange, kind + file.group("name"), file.group("file"));
    } else if (path.equals("/api/repos/create")) {
      answerCreate(exchange, JsonFiles.parseObject("request", body));
    } else if (path.endsWith(".git/info/lfs/objects/batch")) {
      answerBatch(exchange, JsonFiles.parseObject("request", body));
    } else if (write.matches() && write.group("what").equals("preupload")) {
      answerPreupload(exchange, JsonFiles.parseObject("request", body));
    } else if (write.matches()) {
      answerCommit(exchange, model(write.group("name")), body);
    } else {
      refuse(exchange, 401, "RepoNotFound");
    }
  }

  private static void refuse(HttpExchange exchange, int status, String reason) throws IOException {
    exchange.getResponseHeaders().add("X-Error-Code", reason);
    send(exchange, status, new byte[0]);
  }

  private void answerCreate(HttpExchange exchange, JsonNode request) throws IOException {
    String name = request.path("organization").asText() + "/" + request.path("name").asText();
    boolean there = repositories.containsKey("models/" + name);
    if (!there) {
      created.add(request);
      model(name);
    }
    send(exchange, there ? 409 : 200, "{}".getBytes(StandardCharsets.UTF_8));
  }

  private void answerDescription(HttpExchange exchange, String repository, String revision)
      throws IOException {
    Map<String, byte[]> files = repositories.get(repository);
    if (files == null) {
      refuse(exchange, 401, "RepoNotFound");
      return;
    }
    if (!revision.equals("main") && !revision.equals(COMMIT)) {
      refuse(exchange, 404, "RevisionNotFound");
      return;
    }
    ObjectNode root = JsonFiles.object().put("sha", COMMIT);
    ArrayNode siblings = root.putArray("siblings");
    files.forEach(
        (name, bytes) -> {
          ObjectNode entry = siblings.addObject().put("rfilename", name).put("size", bytes.length);
          entry.put("blobId", blob(bytes));
          if (bytes.length > LARGE) {
            entry.putObject("lfs").put("sha256", Sha256.of(bytes)).put("size", bytes.length);
          }
        });
    send(exchange, 200, JsonFiles.write(root));
  }

  static String blob(byte[] bytes) {
    GitBlob blob = new GitBlob(bytes.length);
    blob.update(MemorySegment.ofArray(bytes));
    return blob.finish();
  }

  private void answerFile(HttpExchange exchange, String repository, String name)
      throws IOException {
    byte[] bytes = repositories.getOrDefault(repository, Map.of()).get(name);
    if (bytes == null) {
      refuse(exchange, 404, "EntryNotFound");
    } else if (bytes.length > LARGE) {
      exchange.getResponseHeaders().add("X-Linked-Etag", "\"" + Sha256.of(bytes) + "\"");
      exchange
          .getResponseHeaders()
          .add("Location", address(content) + "/files/" + repository + ":" + name);
      send(exchange, 302, new byte[0]);
    } else {
      exchange.getResponseHeaders().add("ETag", "\"" + blob(bytes) + "\"");
      sendRange(exchange, bytes);
    }
  }

  private void answerPreupload(HttpExchange exchange, JsonNode request) throws IOException {
    ObjectNode root = JsonFiles.object();
    ArrayNode list = root.putArray("files");
    for (JsonNode file : request.path("files")) {
      boolean large = file.path("size").asLong() > LARGE;
      list.addObject()
          .put("path", file.path("path").asText())
          .put("uploadMode", large ? "lfs" : "regular");
    }
    send(exchange, 200, JsonFiles.write(root));
  }

  private void answerBatch(HttpExchange exchange, JsonNode request) throws IOException {
    JsonNode wanted = request.path("objects").path(0);
    String digest = wanted.path("oid").asText();
    ObjectNode root = JsonFiles.object();
    ObjectNode object = root.putArray("objects").addObject().put("oid", digest);
    if (!largeFiles.containsKey(digest)) {
      ObjectNode actions = object.putObject("actions");
      ObjectNode upload = actions.putObject("upload");
      String target = address(content) + "/upload/" + digest;
      upload.put("href", target);
      if (partSize > 0) {
        ObjectNode header = upload.putObject("header").put("chunk_size", "" + partSize);
        long parts = Math.ceilDiv(wanted.path("size").asLong(), partSize);
        for (int part = 1; part <= parts; part++) {
          header.put("%05d".formatted(part), target + "/" + "%05d".formatted(part));
        }
      }
      actions.putObject("verify").put("href", address(content) + "/verify/" + digest);
    }
    send(exchange, 200, JsonFiles.write(root));
  }

  private void answerCommit(HttpExchange exchange, Map<String, byte[]> files, byte[] body)
      throws IOException {
    ObjectNode commit = JsonFiles.object();
    ArrayNode lines = commit.putArray("lines");
    for (String text : new String(body, StandardCharsets.UTF_8).split("\n")) {
      ObjectNode line = JsonFiles.parseObject("line", text.getBytes(StandardCharsets.UTF_8));
      lines.add(line);
      JsonNode value = line.path("value");
      switch (line.path("key").asText()) {
        case "file" ->
            files.put(
                value.path("path").asText(),
                Base64.getDecoder().decode(value.path("content").asText()));
        case "lfsFile" ->
            files.put(value.path("path").asText(), largeFiles.get(value.path("oid").asText()));
        default -> {
          // The header says nothing of files.
        }
      }
    }
    commits.add(commit);
    send(exchange, 200, JsonFiles.write(JsonFiles.object().put("commitOid", COMMIT)));
  }

  private void answerContent(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " content " + path);
    tokensSeenByContentServer.add(token(exchange));
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (path.startsWith("/files/")) {
      String[] place = path.substring("/files/".length()).split(":", 2);
      byte[] bytes = repositories.get(place[0]).get(place[1]).clone();
      if (corrupt) {
        bytes[bytes.length / 2]++;
      }
      sendRange(exchange, bytes);
    } else if (path.startsWith("/upload/")) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (exchange.getRequestMethod().equals("PUT")) {
        String digest = path.split("/")[2];
        largeFiles.merge(digest, body, FakeHub::join);
        exchange.getResponseHeaders().add("ETag", "\"" + name + "\"");
      }
      send(exchange, 200, new byte[0]);
    } else {
      exchange.getRequestBody().readAllBytes();
      send(exchange, largeFiles.containsKey(name) ? 200 : 404, new byte[0]);
    }
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private void sendRange(HttpExchange exchange, byte[] bytes) throws IOException {
    String[] range =
        exchange.getRequestHeaders().getFirst("Range").replace("bytes=", "").split("-");
    int first = Integer.parseInt(range[0]);
    int last = Math.min(Integer.parseInt(range[1]), bytes.length - 1);
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes %d-%d/%d".formatted(first, last, bytes.length));
    int length = last - first + 1;
    exchange.sendResponseHeaders(206, length);
    boolean breaks =
        length > breakAfter && breaksLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    int sent = breaks ? breakAfter : length;
    bytesServed.addAndGet(sent);
    try (exchange;
        OutputStream out = exchange.getResponseBody()) {
      if (hanging && length > LARGE) {
        closed.await();
      }
      out.write(bytes, first, sent);
      out.flush();
      if (breaks) {
        throw new IOException("broken off on purpose");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static String token(HttpExchange exchange) {
    List<String> values = exchange.getRequestHeaders().getOrDefault("Authorization", List.of(""));
    return new ArrayList<>(values).getFirst();
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    hub.stop(0);
    content.stop(0);
  }
}
