package dev.mergefarm.eval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.hub.HubSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HubDataFilesTest {

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String ROWS = "{\"q\": \"one\"}\n{\"q\": \"two\"}\n";

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private HubClient hub;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    hub = new HubClient(HubSettings.of(endpoint, Optional.empty()));
  }

  @AfterEach
  void stop() {
    hub.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.add(path);
    if (path.equals("/api/datasets/org/sums/revision/main")) {
      send(
          exchange,
          200,
          "{\"sha\": \"%s\", \"siblings\": [{\"rfilename\": \"data/test.jsonl\", \"size\": %d}]}"
              .formatted(COMMIT, ROWS.length()));
    } else if (path.equals("/datasets/org/sums/resolve/" + COMMIT + "/data/test.jsonl")) {
      send(exchange, 200, ROWS);
    } else {
      send(exchange, 404, "");
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Test
  void aDataSetIsReadFromTheHubByItsId() {
    DatasetReader reader = new DatasetReader(new HubDataFiles(hub));
    Dataset dataset = reader.open("org/sums", Optional.empty(), Map.of());
    assertThat(dataset.splits()).containsExactly("test");
    assertThat(dataset.rows("test")).extracting(row -> row.get("q")).containsExactly("one", "two");
    assertThat(asked).filteredOn(path -> path.startsWith("/api/")).hasSize(1);
  }

  @Test
  void aDataSetThatTheHubDoesNotHaveIsNotFound() {
    DatasetReader reader = new DatasetReader(new HubDataFiles(hub));
    assertThatThrownBy(() -> reader.open("org/none", Optional.empty(), Map.of()))
        .hasMessageContaining("No data set 'org/none'");
    assertThatThrownBy(() -> reader.open("no repository", Optional.empty(), Map.of()))
        .hasMessageContaining("no repository");
  }
}
