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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A hub with one model, {@code org/name}, at one commit, and a second server for large files behind
 * it. Can break answers off, answer slowly loaded, and demand a token.
 */
final class FakeHub implements AutoCloseable {

  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final int LARGE = 1000;

  final Map<String, byte[]> files = new TreeMap<>();
  final Map<String, byte[]> largeFiles = new ConcurrentHashMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> tokensSeenByContentServer = new CopyOnWriteArrayList<>();
  final List<JsonNode> commits = new CopyOnWriteArrayList<>();
  final AtomicInteger breaksLeft = new AtomicInteger();
  final AtomicInteger unavailableLeft = new AtomicInteger();
  final AtomicLong bytesServed = new AtomicLong();
  volatile int breakAfter;
  volatile String requiredToken = "";
  volatile int partSize;
  volatile boolean corrupt;

  private final HttpServer hub = server(this::answer);
  private final HttpServer content = server(this::answerContent);

  URI endpoint() {
    return address(hub);
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
    if (unavailableLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      send(exchange, 503, new byte[0]);
    } else if (!requiredToken.isEmpty() && !token(exchange).equals("Bearer " + requiredToken)) {
      exchange.getResponseHeaders().add("X-Error-Code", "GatedRepo");
      send(exchange, 401, new byte[0]);
    } else if (path.startsWith("/api/models/org/name/revision/")) {
      answerModel(exchange, path.substring(path.lastIndexOf('/') + 1));
    } else if (path.startsWith("/org/name/resolve/" + COMMIT + "/")) {
      answerFile(exchange, path.substring(path.lastIndexOf('/') + 1));
    } else if (path.equals("/api/repos/create")) {
      send(exchange, commits.isEmpty() ? 200 : 409, "{}".getBytes(StandardCharsets.UTF_8));
    } else if (path.equals("/api/models/org/name/preupload/main")) {
      answerPreupload(exchange, JsonFiles.parseObject("request", body));
    } else if (path.equals("/org/name.git/info/lfs/objects/batch")) {
      answerBatch(exchange, JsonFiles.parseObject("request", body));
    } else if (path.equals("/api/models/org/name/commit/main")) {
      answerCommit(exchange, body);
    } else {
      exchange.getResponseHeaders().add("X-Error-Code", "RepoNotFound");
      send(exchange, 401, new byte[0]);
    }
  }

  private void answerModel(HttpExchange exchange, String revision) throws IOException {
    if (!revision.equals("main") && !revision.equals(COMMIT)) {
      exchange.getResponseHeaders().add("X-Error-Code", "RevisionNotFound");
      send(exchange, 404, new byte[0]);
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

  private void answerFile(HttpExchange exchange, String name) throws IOException {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      exchange.getResponseHeaders().add("X-Error-Code", "EntryNotFound");
      send(exchange, 404, new byte[0]);
    } else if (bytes.length > LARGE) {
      exchange.getResponseHeaders().add("X-Linked-Etag", "\"" + Sha256.of(bytes) + "\"");
      exchange.getResponseHeaders().add("Location", address(content) + "/files/" + name);
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

  private void answerCommit(HttpExchange exchange, byte[] body) throws IOException {
    ObjectNode commit = JsonFiles.object();
    ArrayNode lines = commit.putArray("lines");
    for (String line : new String(body, StandardCharsets.UTF_8).split("\n")) {
      lines.add(JsonFiles.parseObject("line", line.getBytes(StandardCharsets.UTF_8)));
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
      byte[] bytes = files.get(name).clone();
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
      out.write(bytes, first, sent);
      out.flush();
      if (breaks) {
        throw new IOException("broken off on purpose");
      }
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
    hub.stop(0);
    content.stop(0);
  }
}
