package dev.mergefarm.merge.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder of answers of the reference program: {@code cases/NAME/} with {@code config.yml} (model
 * paths relative to the folder), {@code case.json} (tolerance class and options) and {@code
 * expected/}, everything that the reference wrote.
 */
public final class GoldenFolder {

  private final Path folder;

  public GoldenFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * The names of all cases, in order.
   *
   * @throws MergefarmException with {@code INVALID_VALUE} when the folder holds none
   */
  public List<String> cases() {
    Path cases = folder.resolve("cases");
    if (!Files.isDirectory(cases)) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, folder + " holds no goldens: there is no folder 'cases'.");
    }
    try (Stream<Path> folders = Files.list(cases)) {
      return folders
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Merges one case and compares tensors and files.
   *
   * @param output an empty folder for the result
   * @param threads that compute
   */
  public GoldenOutcome run(String name, Path output, int threads) {
    Path golden = folder.resolve("cases").resolve(name);
    String tolerance = "";
    long tensors = 0;
    try {
      JsonNode description =
          JsonFiles.parseObject("case.json", Files.readAllBytes(golden.resolve("case.json")));
      tolerance = description.path("tolerance").asText();
      tensors = merge(golden, tolerance, options(description.path("options")), output, threads);
      return new GoldenOutcome(name, tolerance, tensors, Optional.empty());
    } catch (GoldenMismatch | MergefarmException mismatch) {
      return new GoldenOutcome(name, tolerance, tensors, Optional.of(mismatch.getMessage()));
    } catch (IOException unreadable) {
      return new GoldenOutcome(name, tolerance, tensors, Optional.of(unreadable.toString()));
    }
  }

  private long merge(Path golden, String tolerance, MergeOptions options, Path output, int threads)
      throws IOException {
    DefaultModelRepository repository = DefaultModelRepository.builder().localPaths(folder).build();
    try (MergeEngine engine = new MergeEngine(repository, new MergeSettings(threads));
        LocalObjectStore store = new LocalObjectStore(output)) {
      MergePlan plan =
          engine.validate(Files.readString(golden.resolve("config.yml")), options).planOrThrow();
      engine.merge(plan, store, "", Progress.Listener.NONE, Cancellation.NEVER);
      GoldenComparison comparison = new GoldenComparison(repository, plan, golden, output);
      comparison.tensors(tolerance);
      comparison.files();
      return plan.summary().tensors();
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
