package dev.mergefarm.merge.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case of a folder of goldens, from recipe to files. The system property {@code
 * mergefarm.goldens} names another folder of the same layout: {@code models/} and {@code
 * cases/NAME/} with {@code config.yml}, {@code case.json} and {@code expected/}.
 */
class GoldenMergeTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  static Path folder() {
    String given = System.getProperty("mergefarm.goldens");
    return given == null ? Path.of("src/test/resources/golden") : Path.of(given);
  }

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(folder().resolve("cases"))) {
      return folders.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void givesTheReferencesAnswer(String name, @TempDir Path output) throws IOException {
    Path golden = folder().resolve("cases").resolve(name);
    JsonNode description = JSON.readTree(golden.resolve("case.json").toFile());
    String tolerance = description.get("tolerance").asText();
    DefaultModelRepository repository =
        DefaultModelRepository.builder().localPaths(folder()).build();
    try (MergeEngine engine = new MergeEngine(repository, new MergeSettings(2));
        LocalObjectStore store = new LocalObjectStore(output)) {
      RecipeCheck check =
          engine.validate(
              Files.readString(golden.resolve("config.yml")), options(description.path("options")));
      MergePlan plan = check.planOrThrow();
      engine.merge(plan, store, "", Progress.Listener.NONE, Cancellation.NEVER);
      GoldenComparison comparison = new GoldenComparison(repository, plan, golden, output);
      comparison.tensors(tolerance);
      comparison.files();
      System.out.printf("%-36s %-10s %4d tensors  ok%n", name, tolerance, plan.summary().tensors());
    }
  }

  private static MergeOptions options(JsonNode node) {
    MergeOptions options = MergeOptions.DEFAULTS;
    if (node.has("out_shard_size")) {
      options = options.withShardBytes(node.get("out_shard_size").asLong());
    }
    if (node.has("random_seed")) {
      options = options.withSeed(node.get("random_seed").asLong());
    }
    return options;
  }
}
