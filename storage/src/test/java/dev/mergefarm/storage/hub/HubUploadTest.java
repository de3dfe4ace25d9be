package dev.mergefarm.storage.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.FakeTime;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubUploadTest {

  private static final byte[] CONFIG = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
  private static final HubUpload.Target TARGET =
      new HubUpload.Target("org/name", "main", true, "Merge of two");

  @TempDir private Path directory;
  private FakeHub server;
  private LocalObjectStore store;

  @BeforeEach
  void open() {
    server = new FakeHub();
    server.requireToken("secret");
    store = new LocalObjectStore(directory);
    store.put("models/m/config.json", CONFIG);
    store.put("models/m/model.safetensors", weights());
    store.put("models/m/.mergefarm/finished/left.json", CONFIG);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] weights() {
    byte[] content = new byte[2_500_000];
    new Random(3).nextBytes(content);
    return content;
  }

  private String push(String token) {
    HubSettings settings = HubSettings.of(server.endpoint(), Optional.of(token));
    try (HubClient hub = new HubClient(settings, new FakeTime(), new Random(1));
        Model model =
            DefaultModelRepository.builder()
                .ownStore(store)
                .build()
                .open(new ModelReference("models/m"))) {
      return HubUpload.push(hub, model, TARGET, Cancellation.NEVER, Progress.Listener.NONE);
    }
  }

  @Test
  void aModelArrivesAsOneCommitOfSmallAndLargeFiles() {
    assertThat(push("secret")).isEqualTo(FakeHub.COMMIT);

    assertThat(server.largeFiles()).containsOnlyKeys(Sha256.of(weights()));
    assertThat(server.largeFiles().get(Sha256.of(weights()))).isEqualTo(weights());
    JsonNode lines = server.commits().getFirst().path("lines");
    assertThat(lines).hasSize(3);
    assertThat(lines.path(0).path("value").path("summary").asText()).isEqualTo("Merge of two");
    assertThat(lines.path(1).path("key").asText()).isEqualTo("lfsFile");
    assertThat(lines.path(1).path("value").path("oid").asText()).isEqualTo(Sha256.of(weights()));
    assertThat(lines.path(2).path("value").path("path").asText()).isEqualTo("config.json");
    assertThat(Base64.getDecoder().decode(lines.path(2).path("value").path("content").asText()))
        .isEqualTo(CONFIG);
    assertThat(server.requests()).contains("POST content /verify/" + Sha256.of(weights()));
    assertThat(server.tokensSeenByContentServer()).containsOnly("");
  }

  @Test
  void aLargeFileThatIsThereIsNotSentAgain() {
    push("secret");
    server.requests().clear();

    push("secret");

    assertThat(server.requests()).noneMatch(request -> request.startsWith("PUT content"));
    assertThat(server.commits()).hasSize(2);
  }

  @Test
  void aFileTooLargeForOneRequestGoesInTheHubsParts() {
    server.askForParts(1_000_000);

    push("secret");

    assertThat(server.requests())
        .filteredOn(request -> request.startsWith("PUT content"))
        .hasSize(3);
    assertThat(server.largeFiles().get(Sha256.of(weights()))).isEqualTo(weights());
  }

  @Test
  void aTokenThatMayNotWriteIsDenied() {
    assertThat(catchThrowableOfType(MergefarmException.class, () -> push("other")).code())
        .isEqualTo(ErrorCode.HUB_DENIED);
    assertThat(server.commits()).isEmpty();
  }
}
