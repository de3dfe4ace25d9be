package dev.mergefarm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.storage.hub.FakeHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on this machine that name {@code org/name}, with a hub on this machine. */
class HubCommandsTest {

  private static final Path FACTS =
      Path.of(System.getProperty("mergefarm.root")).resolve("examples/facts");
  private static final List<String> PROPERTIES =
      List.of(
          "mergefarm.hub.endpoint",
          "mergefarm.hub.token",
          "mergefarm.hub.offline",
          "mergefarm.cache");

  @TempDir private Path folder;
  private FakeHub hub;

  @BeforeEach
  void startHub() throws IOException {
    hub = new FakeHub();
    for (String model : List.of("capitals", "animals")) {
      try (Stream<Path> files = Files.list(FACTS.resolve(model))) {
        for (Path file : files.toList()) {
          hub.model("facts/" + model).put(file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
    }
    System.setProperty("mergefarm.hub.endpoint", hub.endpoint().toString());
    System.setProperty("mergefarm.hub.token", "secret");
    System.setProperty("mergefarm.hub.offline", "false");
    System.setProperty("mergefarm.cache", folder.resolve("cache").toString());
  }

  @AfterEach
  void stopHub() {
    PROPERTIES.forEach(System::clearProperty);
    hub.close();
  }

  private Path recipe() throws IOException {
    return Files.writeString(
        folder.resolve("recipe.yml"),
        """
        merge_method: linear
        models:
          - model: facts/capitals@main
            parameters: {weight: 0.5}
          - model: facts/animals
            parameters: {weight: 0.5}
        dtype: bfloat16
        """);
  }

  @Test
  void aRecipeIsCheckedFromHeadersAndMergedFromCopiesThatAreKept() throws IOException {
    String recipe = recipe().toString();
    CommandRun check = CommandRun.of("validate", recipe);
    assertThat(check.code()).as(check.err()).isZero();
    assertThat(hub.bytesServed()).isLessThan(4_000_000);
    assertThat(folder.resolve("cache/models")).doesNotExist();

    CommandRun merge = CommandRun.of("merge", recipe, "--out", folder.resolve("one").toString());
    assertThat(merge.code()).as(merge.err()).isZero();
    assertThat(merge.err()).contains("mirror");
    assertThat(folder.resolve("cache/models/facts/animals@main/mergefarm.json")).exists();

    hub.requests().clear();
    System.setProperty("mergefarm.hub.offline", "1");
    CommandRun again = CommandRun.of("merge", recipe, "--out", folder.resolve("two").toString());
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(hub.requests()).isEmpty();
    assertThat(folder.resolve("two/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("one/model.safetensors"));
  }

  @Test
  void aPushedModelComesBackAsItWas() throws IOException {
    CommandRun push =
        CommandRun.of("model", "push", FACTS.resolve("base").toString(), "me/merged", "--private");
    assertThat(push.code()).as(push.err()).isZero();
    assertThat(push.out()).contains("me/merged@" + FakeHub.COMMIT);
    assertThat(push.err()).contains("no card");
    assertThat(hub.created().getFirst().path("private").asBoolean()).isTrue();

    Path copy = folder.resolve("copy");
    CommandRun get = CommandRun.of("model", "get", "me/merged", "--hub", "--out", copy.toString());
    assertThat(get.code()).as(get.err()).isZero();
    assertThat(get.out()).contains("LlamaForCausalLM").contains("38 tensors");
    assertThat(copy.resolve("model.safetensors"))
        .hasSameBinaryContentAs(FACTS.resolve("base/model.safetensors"));
    assertThat(CommandRun.of("model", "get", "me/merged", "--hub", "--out", copy.toString()).err())
        .contains("holds a model already");
  }

  @Test
  void aTokenThatMayNotWriteIsOneClearSentence() {
    hub.requireToken("another");
    CommandRun push = CommandRun.of("model", "push", FACTS.resolve("base").toString(), "me/merged");
    assertThat(push.code()).isEqualTo(ExitCode.INVALID_INPUT.number());
    assertThat(push.err()).contains("HF_TOKEN").doesNotContain("secret");
  }

  @Test
  void tasksFindTheirDataOnTheHubAndBesideThemselves() throws IOException {
    byte[] rows = Files.readAllBytes(FACTS.resolve("data/capitals.jsonl"));
    hub.dataset("facts/questions").put("test.jsonl", rows);
    Path tasks = Files.createDirectories(folder.resolve("tasks/deep"));
    Files.write(tasks.resolve("near.jsonl"), rows);
    task(tasks, "far", "dataset_path: facts/questions");
    task(tasks, "near", "dataset_path: json\ndataset_kwargs: {data_files: {test: near.jsonl}}");
    CommandRun run =
        CommandRun.of(
            "eval",
            "--model",
            "facts/capitals",
            "--tasks",
            folder.resolve("tasks").toString(),
            "--task",
            "near,far",
            "--limit",
            "5",
            "--out",
            folder.resolve("scores").toString());
    assertThat(run.code()).as(run.err()).isZero();
    String kept = "cache/hub/datasets/facts/questions@" + FakeHub.COMMIT + "/test.jsonl";
    assertThat(folder.resolve(kept)).hasBinaryContent(rows);
    assertThat(run.out()).contains("near").contains("far");
  }

  private static void task(Path folder, String name, String data) throws IOException {
    Files.write(
        folder.resolve(name + ".yaml"),
        """
        task: %s
        %s
        output_type: multiple_choice
        test_split: test
        doc_to_text: "Q: What is the capital of {{country}}?\\nA:"
        doc_to_choice: "{{choices}}"
        doc_to_target: answer
        """
            .formatted(name, data)
            .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aModelThatNobodyHasIsOneProblemWithWhereItWasLookedFor() throws IOException {
    Path recipe = folder.resolve("recipe.yml");
    Files.writeString(recipe, recipeOf("facts/absent"));
    CommandRun run = CommandRun.of("validate", recipe.toString());
    assertThat(run.code()).isEqualTo(ExitCode.INVALID_INPUT.number());
    assertThat(run.out() + run.err())
        .contains("facts/absent")
        .contains("no such directory")
        .contains("hub has no such model");
  }

  @Test
  void anEndpointThatIsNoneIsNamed() throws IOException {
    System.setProperty("mergefarm.hub.endpoint", "hub.example");
    CommandRun run = CommandRun.of("validate", recipe().toString());
    assertThat(run.err()).contains("HF_ENDPOINT").contains("hub.example");
  }

  private static String recipeOf(String model) {
    return "merge_method: passthrough\nmodels:\n  - model: " + model + "\n";
  }

  @Test
  void aModelOfTheFarmIsNotLookedForOnTheHub() throws IOException {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    CommandRun run = CommandRun.of("model", "get", "facts/capitals", "--farm", "localhost:" + port);
    assertThat(run.code()).isEqualTo(ExitCode.UNAVAILABLE.number());
    assertThat(hub.requests()).isEmpty();
  }
}
