package dev.mergefarm.merge.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.model.ModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One recipe and what the reference made of it. */
record GoldenCase(String name, Path folder, JsonNode description) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param goldens the folder with {@code cases/}
   */
  static GoldenCase read(Path goldens, String name) throws IOException {
    Path folder = goldens.resolve("cases").resolve(name);
    return new GoldenCase(name, folder, JSON.readTree(folder.resolve("case.json").toFile()));
  }

  /** Merges into a folder. */
  MergePlan merge(MergeEngine engine, Path output) throws IOException {
    String recipe = Files.readString(folder.resolve("config.yml"));
    MergePlan plan = engine.validate(recipe, options()).planOrThrow();
    try (LocalObjectStore store = new LocalObjectStore(output)) {
      engine.merge(plan, store, "", Progress.Listener.NONE, Cancellation.NEVER);
    }
    return plan;
  }

  /** Holds what was merged against the reference. */
  void check(ModelRepository repository, MergePlan plan, Path output) throws IOException {
    String tolerance = description.get("tolerance").asText();
    GoldenComparison comparison = new GoldenComparison(repository, plan, folder, output);
    comparison.tensors(tolerance);
    comparison.files();
    System.out.printf("%-36s %-10s %4d tensors  ok%n", name, tolerance, plan.summary().tensors());
  }

  private MergeOptions options() {
    JsonNode node = description.path("options");
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
