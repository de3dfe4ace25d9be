package dev.mergefarm.integration;

import static dev.mergefarm.integration.farm.FarmClient.fields;
import static dev.mergefarm.integration.farm.FarmClient.parts;
import static dev.mergefarm.integration.farm.FarmClient.reason;
import static dev.mergefarm.integration.farm.FarmClient.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Status;
import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.proto.v1.DeleteModelRequest;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.ListModelsRequest;
import dev.mergefarm.proto.v1.ListModelsResponse;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelChunk;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.proto.v1.PutModelRequest;
import dev.mergefarm.proto.v1.ReadModelRequest;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The API's promises about models; the same for both kinds of store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ModelApiContract {

  private final String store;
  private FarmProcess farm;
  private FarmClient client;

  ModelApiContract(String store) {
    this.store = store;
  }

  @BeforeAll
  void startFarm(@TempDir Path data) {
    farm = FarmProcess.start(data, "--store", store, "--merge-slots", "0", "--eval-slots", "0");
    client = new FarmClient(farm);
  }

  @AfterAll
  void stopFarm() {
    client.close();
    farm.close();
  }

  @Test
  void aModelThatWasSentIsListedDescribedAndReadBackByteForByte() throws IOException {
    Model sent = client.put("models/back", FarmClient.FACTS.resolve("base"));
    assertThat(sent.getReference()).isEqualTo("models/back");
    assertThat(sent.getArchitecture()).isEqualTo("LlamaForCausalLM");
    assertThat(sent.getDataTypesList()).containsExactly("BF16");
    assertThat(sent.getParameters()).isEqualTo(1_276_320);
    assertThat(names()).contains("models/back");

    Map<String, byte[]> read = read("models/back");
    try (Stream<Path> files = Files.list(FarmClient.FACTS.resolve("base"))) {
      for (Path file : files.toList()) {
        assertThat(read.get(file.getFileName().toString()))
            .as(file.toString())
            .isEqualTo(Files.readAllBytes(file));
      }
    }
    assertThat(sent.getFilesList())
        .extracting(ModelFile::getName)
        .containsExactlyElementsOf(read.keySet());
  }

  @Test
  void aCopyOfAFarmsModelKeepsItsManifest() throws IOException {
    client.put("models/original", FarmClient.FACTS.resolve("base"));
    Map<String, byte[]> files = read("models/original");
    client.put(parts("models/copy", files)).join();
    assertThat(texts(read("models/copy"))).isEqualTo(texts(files));

    byte[] weights = files.get("model.safetensors").clone();
    weights[weights.length - 1] ^= 1;
    files.put("model.safetensors", weights);
    assertThat(fields(refused(parts("models/forged", files)))).containsExactly("model.safetensors");
    assertThat(names()).doesNotContain("models/forged");
  }

  @Test
  void aTakenNameIsRefused() {
    client.put("models/taken", FarmClient.FACTS.resolve("base"));
    Status status =
        refused(parts("models/taken", files("config.json", "{}", "model.safetensors", "")));
    assertThat(reason(status)).isEqualTo("MODEL_EXISTS");
  }

  @Test
  void everyProblemOfAHeaderIsListedAtOnce() {
    Map<String, byte[]> files =
        files("../escape", "x", ".mergefarm/draft.json", "x", "weights.bin", "x");
    assertThat(fields(refused(parts("elsewhere/name", files))))
        .contains("header.reference", "header.files[0].name", "header.files[1].name")
        .contains("header.files");
  }

  @Test
  void aTruncatedCheckpointIsRefusedAndLeavesNothing() throws IOException {
    byte[] weights = Files.readAllBytes(FarmClient.FACTS.resolve("base/model.safetensors"));
    Map<String, byte[]> files = files("config.json", "{}");
    files.put("model.safetensors", java.util.Arrays.copyOf(weights, weights.length / 2));
    assertThat(reason(refused(parts("models/truncated", files))))
        .isEqualTo("MALFORMED_TENSOR_FILE");
    assertThat(names()).doesNotContain("models/truncated");
  }

  @Test
  void aStreamThatEndsEarlyLeavesNothingAndTheNameIsFree() {
    List<PutModelRequest> parts =
        parts("models/early", files("config.json", "{}", "model.safetensors", "much more"));
    assertThat(reason(refused(parts.subList(0, parts.size() - 1)))).isEqualTo("INVALID_VALUE");
    assertThat(names()).doesNotContain("models/early");
    assertThat(client.put("models/early", FarmClient.FACTS.resolve("base")).getTensors())
        .isEqualTo(38);
  }

  @Test
  void aRemovedModelIsGoneAndAMissingOneNamesItsNearest() {
    client.put("models/removed", FarmClient.FACTS.resolve("base"));
    client
        .models()
        .deleteModel(DeleteModelRequest.newBuilder().setReference("models/removed").build());
    assertThat(names()).doesNotContain("models/removed");

    client.put("models/nearby", FarmClient.FACTS.resolve("base"));
    StatusRuntimeException missing =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                client
                    .models()
                    .getModel(GetModelRequest.newBuilder().setReference("models/nearbi").build()));
    assertThat(reason(status(missing))).isEqualTo("MODEL_NOT_FOUND");
    assertThat(missing.getMessage()).contains("models/nearby");
  }

  @Test
  void pagesHoldEveryModelOnceInNameOrder() {
    List<String> put = List.of("models/page/a", "models/page/b", "models/page/c");
    put.forEach(name -> client.put(name, FarmClient.FACTS.resolve("base")));
    List<String> listed = new ArrayList<>();
    ListModelsRequest.Builder request = ListModelsRequest.newBuilder().setPageSize(2);
    do {
      ListModelsResponse page = client.models().listModels(request.build());
      page.getModelsList().forEach(model -> listed.add(model.getReference()));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    assertThat(listed).containsAll(put).isSorted().doesNotHaveDuplicates();
  }

  private List<String> names() {
    return client
        .models()
        .listModels(ListModelsRequest.newBuilder().setPageSize(1000).build())
        .getModelsList()
        .stream()
        .map(Model::getReference)
        .toList();
  }

  private Map<String, byte[]> read(String reference) {
    Map<String, ByteArrayOutputStream> files = new TreeMap<>();
    client
        .models()
        .readModel(ReadModelRequest.newBuilder().setReference(reference).build())
        .forEachRemaining(
            chunk ->
                files
                    .computeIfAbsent(chunk.getFile(), name -> new ByteArrayOutputStream())
                    .writeBytes(content(chunk)));
    Map<String, byte[]> contents = new TreeMap<>();
    files.forEach((name, content) -> contents.put(name, content.toByteArray()));
    return contents;
  }

  /** Arrays are equal to themselves only; texts compare by content. */
  private static Map<String, String> texts(Map<String, byte[]> files) {
    Map<String, String> texts = new TreeMap<>();
    files.forEach(
        (name, content) -> texts.put(name, new String(content, StandardCharsets.ISO_8859_1)));
    return texts;
  }

  private static byte[] content(ModelChunk chunk) {
    return chunk.getContent().toByteArray();
  }

  private static Map<String, byte[]> files(String... namesAndTexts) {
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  private Status refused(List<PutModelRequest> parts) {
    CompletionException failure =
        catchThrowableOfType(CompletionException.class, () -> client.put(parts).join());
    assertThat(failure).as("the model is refused").isNotNull();
    return status((StatusRuntimeException) failure.getCause());
  }
}
