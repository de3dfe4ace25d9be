package dev.mergefarm.storage.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.FakeTime;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelRepository;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {

  @TempDir private Path directory;
  private final FakeTime time = new FakeTime();
  private final List<Progress> progress = new ArrayList<>();
  private FakeHub server;
  private LocalObjectStore store;

  @BeforeEach
  void open() {
    server = new FakeHub();
    store = new LocalObjectStore(directory);
    server.files().put("config.json", text("{\"architectures\":[\"X\"]}"));
    server.files().put("model.safetensors", weights());
    server.files().put("pytorch_model.bin", new byte[2000]);
    server.files().put("modeling.py", text("code"));
    server.files().put("README.md", text("# card"));
    server.files().put("original/params.json", text("{}"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] weights() {
    SafetensorsLayout layout =
        SafetensorsLayout.of(
            "model.safetensors", List.of(new TensorSpec("a", DataType.BF16, Shape.of(1_000_000))));
    byte[] file = new byte[Math.toIntExact(layout.size())];
    new Random(1).nextBytes(file);
    System.arraycopy(layout.header(), 0, file, 0, layout.header().length);
    return file;
  }

  private HubClient client(URI endpoint, Optional<String> token) {
    return new HubClient(HubSettings.of(endpoint, token), time, new Random(1));
  }

  private HubClient client() {
    return client(server.endpoint(), Optional.of("secret"));
  }

  private ObjectFolder mirror(HubClient hub, String revision) {
    return new HubMirror(hub, store, "test 1")
        .mirror("org/name", revision, Cancellation.NEVER, progress::add);
  }

  private static ErrorCode codeOf(ThrowingCallable action) {
    return catchThrowableOfType(MergefarmException.class, action).code();
  }

  @Test
  void theFilesThatMakeAModelAreMirroredOnce() {
    try (HubClient hub = client()) {
      ObjectFolder folder = mirror(hub, "main");

      assertThat(folder.prefix()).isEqualTo("models/org/name@main/");
      assertThat(folder.list())
          .extracting(ObjectInfo::key)
          .containsExactly("README.md", "config.json", "mergefarm.json", "model.safetensors");
      assertThat(folder.readAll("model.safetensors", 4_000_000)).isEqualTo(weights());
      Manifest manifest = ManifestJson.read(folder.readAll("mergefarm.json", 1 << 20));
      assertThat(manifest.origin()).contains("hub:org/name@" + FakeHub.COMMIT);
      assertThat(manifest.output("model.safetensors").orElseThrow().sha256())
          .isEqualTo(Sha256.of(weights()));
      assertThat(progress.getLast().bytesDone()).isEqualTo(progress.getLast().bytesTotal());
      assertThat(progress.getLast().itemsDone()).isEqualTo(3);

      int before = server.requests().size();
      mirror(hub, "main");
      assertThat(server.requests()).hasSize(before);
    }
  }

  @Test
  void aDownloadGoesOnWhereItsConnectionBroke() {
    server.breakOff(2, 700_000);
    try (HubClient hub = client()) {
      ObjectFolder folder = mirror(hub, "main");

      assertThat(server.breaksLeft()).isZero();
      assertThat(folder.readAll("model.safetensors", 4_000_000)).isEqualTo(weights());
      long total = progress.getLast().bytesTotal();
      assertThat(server.bytesServed()).isLessThanOrEqualTo(total + 200_000);
    }
  }

  @Test
  void aHubUnderLoadIsAskedAgain() {
    server.refuseForLoad(3);
    try (HubClient hub = client()) {
      assertThat(hub.model("org/name", "main").commit()).isEqualTo(FakeHub.COMMIT);
      assertThat(time.pauses()).hasSize(3);
    }
  }

  @Test
  void theTokenGoesToTheHubAndToNoOtherServer() {
    server.requireToken("secret");
    try (HubClient hub = client()) {
      mirror(hub, "main");
    }
    assertThat(server.tokensSeenByContentServer()).isNotEmpty().containsOnly("");
  }

  @Test
  void aGatedModelIsDenied() {
    server.requireToken("another");
    try (HubClient hub = client()) {
      assertThat(codeOf(() -> mirror(hub, "main"))).isEqualTo(ErrorCode.HUB_DENIED);
      assertThat(time.pauses()).isEmpty();
    }
  }

  @Test
  void modelsAndRevisionsThatAreNotThereAreNotFound() {
    try (HubClient hub = client()) {
      assertThat(codeOf(() -> mirror(hub, "v9"))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
      assertThat(codeOf(() -> hub.model("org/other", "main"))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
      for (String name : List.of("name", "../name", "a/b/c", "org/na me", "org/..", "/name")) {
        assertThat(codeOf(() -> hub.model(name, "main"))).isEqualTo(ErrorCode.INVALID_VALUE);
      }
      assertThat(codeOf(() -> hub.model("org/name", "../x"))).isEqualTo(ErrorCode.INVALID_VALUE);
    }
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aFileThatArrivesChangedIsRefusedAndTheNextAttemptKeepsTheOthers() {
    server.corrupt(true);
    try (HubClient hub = client()) {
      assertThat(codeOf(() -> mirror(hub, "main"))).isEqualTo(ErrorCode.MALFORMED_TENSOR_FILE);
      assertThat(store.find("models/org/name@main/mergefarm.json")).isEmpty();
      assertThat(store.find("models/org/name@main/model.safetensors")).isEmpty();

      server.corrupt(false);
      server.requests().clear();
      ObjectFolder folder = mirror(hub, "main");

      assertThat(folder.readAll("model.safetensors", 4_000_000)).isEqualTo(weights());
      assertThat(server.requests()).noneMatch(request -> request.endsWith("config.json"));
    }
  }

  @Test
  void aCancelledCopyStopsAndStaysInvisible() {
    try (HubClient hub = client()) {
      HubMirror mirror = new HubMirror(hub, store, "test 1");

      assertThat(
              codeOf(
                  () ->
                      mirror.mirror("org/name", "main", () -> !progress.isEmpty(), progress::add)))
          .isEqualTo(ErrorCode.CANCELLED);
      assertThat(store.find("models/org/name@main/mergefarm.json")).isEmpty();
    }
  }

  @Test
  void aCopyWhoseConnectionHangsIsCancelledAtOnce() {
    server.hang();
    try (HubClient hub = client()) {
      HubMirror mirror = new HubMirror(hub, store, "test 1");
      Cancellation onceAsked =
          () -> server.requests().stream().anyMatch(request -> request.startsWith("GET content"));

      assertThat(codeOf(() -> mirror.mirror("org/name", "main", onceAsked, progress::add)))
          .isEqualTo(ErrorCode.CANCELLED);
      assertThat(store.find("models/org/name@main/mergefarm.json")).isEmpty();
    }
  }

  @Test
  void aHubThatIsDownIsUnavailableOnceTheDeadlineHasPassed() throws IOException {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    try (HubClient hub = client(URI.create("http://127.0.0.1:" + port), Optional.empty())) {
      assertThat(codeOf(() -> hub.model("org/name", "main"))).isEqualTo(ErrorCode.HUB_UNAVAILABLE);
      assertThat(time.pauses()).isNotEmpty();
      assertThat(time.nanoTime()).isLessThan(Duration.ofSeconds(10).toNanos());

      int pauses = time.pauses().size();
      assertThat(codeOf(() -> hub.model("org/b", "main"))).isEqualTo(ErrorCode.HUB_UNAVAILABLE);
      assertThat(time.pauses()).as("nobody waits twice for one outage").hasSize(pauses);
    }
  }

  @Test
  void aReferenceIsLookedUpInTheStoreBeforeTheHub() {
    try (HubClient hub = client()) {
      ModelRepository repository =
          DefaultModelRepository.builder()
              .ownStore(store)
              .hub(
                  HubResolvers.mirrored(
                      new HubMirror(hub, store, "test 1"), Cancellation.NEVER, progress::add))
              .build();
      try (Model model = repository.open(new ModelReference("org/name@" + FakeHub.COMMIT))) {
        assertThat(model.tensors().tensors()).containsOnlyKeys("a");
      }
      repository.open(new ModelReference("org/name")).close();
      server.requests().clear();

      repository.open(new ModelReference("org/name@" + FakeHub.COMMIT)).close();
      repository.open(new ModelReference("org/name@main")).close();
      repository.open(new ModelReference("org/name")).close();
      assertThat(server.requests()).isEmpty();

      assertThat(codeOf(() -> repository.open(new ModelReference("models/typo"))))
          .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
      assertThat(server.requests()).isEmpty();
      assertThat(codeOf(() -> repository.open(new ModelReference("org/other"))))
          .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
      assertThat(server.requests()).isNotEmpty();
    }
  }

  @Test
  void copiesAreReadWithoutAskingTheHub() {
    try (HubClient hub = client()) {
      HubMirror copies = new HubMirror(hub, store, "test 1");
      mirror(hub, "main");
      server.requests().clear();

      assertThat(HubResolvers.copiedOrInPlace(copies, hub).find("org/name", "main")).isPresent();
      assertThat(HubResolvers.copies(store).find("org/name", "main")).isPresent();
      assertThat(HubResolvers.copies(store).find("org/name", "v2")).isEmpty();
      assertThat(server.requests()).isEmpty();
      assertThat(HubResolvers.copiedOrInPlace(copies, hub).find("org/name", FakeHub.COMMIT))
          .isPresent();
      assertThat(server.requests()).isNotEmpty();
    }
  }

  @Test
  void theEnvironmentSaysWhichHubIsAsked() {
    Map<String, String> variables = new HashMap<>();
    assertThat(HubSettings.fromEnvironment(variables::get).orElseThrow().endpoint())
        .isEqualTo(URI.create("https://huggingface.co"));

    variables.put("HF_ENDPOINT", "http://hub.example:8000");
    variables.put("HF_TOKEN", "secret");
    HubSettings settings = HubSettings.fromEnvironment(variables::get).orElseThrow();
    assertThat(settings.endpoint()).isEqualTo(URI.create("http://hub.example:8000"));
    assertThat(settings.token()).contains("secret");
    assertThat(settings.toString()).doesNotContain("secret");

    variables.put("HF_HUB_OFFLINE", "1");
    assertThat(HubSettings.fromEnvironment(variables::get)).isEmpty();
    variables.put("HF_HUB_OFFLINE", "0");
    variables.put("HF_ENDPOINT", "hub.example");
    assertThatThrownBy(() -> HubSettings.fromEnvironment(variables::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hub.example");
  }

  @Test
  void aModelReadInPlaceCostsItsHeaderAlone() {
    byte[] large = Arrays.copyOf(weights(), weights().length);
    server.files().put("model.safetensors", large);
    try (HubClient hub = client()) {
      ModelRepository repository =
          DefaultModelRepository.builder().hub(HubResolvers.inPlace(hub)).build();
      try (Model model = repository.open(new ModelReference("org/name"))) {
        assertThat(model.tensors().tensors()).containsOnlyKeys("a");
        assertThat(model.file("config.json")).contains(text("{\"architectures\":[\"X\"]}"));
      }
      assertThat(server.bytesServed()).isLessThan(1_100_000);
      assertThat(codeOf(() -> hub.store(hub.model("org/name", "main")).put("x", new byte[1])))
          .isEqualTo(ErrorCode.STORE_DENIED);
    }
    assertThat(store.list("")).isEmpty();
  }
}
