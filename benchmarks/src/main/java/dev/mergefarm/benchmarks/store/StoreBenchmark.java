package dev.mergefarm.benchmarks.store;

import dev.mergefarm.benchmarks.Arguments;
import dev.mergefarm.benchmarks.Benchmark;
import dev.mergefarm.benchmarks.Machine;
import dev.mergefarm.benchmarks.merge.GeneratedModel;
import dev.mergefarm.benchmarks.merge.Recipe;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.manifest.DigestCache;
import dev.mergefarm.storage.model.DefaultModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Merges of models in an S3 store, beside reading the inputs alone, writing the output alone and
 * computing alone. Where the three overlap, the slowest sets the time of the merge.
 */
public final class StoreBenchmark implements Benchmark {

  private static final int SHARDS = 3;
  private static final long MEGABYTE = 1_000_000;
  private static final List<String> MODELS = List.of("base", "a", "b", "c");

  @Override
  public String name() {
    return "store";
  }

  @Override
  public String description() {
    return "merges from and to S3 beside reading, writing and computing alone: [--bytes 400000000]"
        + " [--methods linear,ties] [--rate MB/s, 0: no limit] [--delay MS] [--runs 2] [--folder DIR]";
  }

  @Override
  public void run(String[] arguments) throws Exception {
    Arguments given =
        Arguments.parse(arguments, "bytes", "methods", "rate", "delay", "runs", "folder");
    Path folder = Path.of(given.text("folder", "mergefarm-benchmark-store")).toAbsolutePath();
    GeneratedModel model = GeneratedModel.ofBytes(given.number("bytes", 400 * MEGABYTE));
    long rate = given.number("rate", 200);
    Duration delay = Duration.ofMillis(given.number("delay", 10));
    System.out.println(Machine.describe());
    System.out.printf(
        Locale.ROOT,
        "models: Llama, bf16, %.2f GB each in %d shards; S3 server in this process, %s, %d ms to an"
            + " answer; best of %d runs%n%n",
        model.bytes() / 1e9,
        SHARDS,
        rate == 0 ? "no limit" : rate + " MB/s each way",
        delay.toMillis(),
        given.number("runs", 2));
    for (String name : MODELS) {
      model.write(folder.resolve("models").resolve(name), MODELS.indexOf(name), SHARDS);
    }
    try (ServedStore served = ServedStore.start(folder, rate * MEGABYTE, delay)) {
      fill(served.direct(), folder.resolve("models"));
      new Session(served.linked(), folder, (int) given.number("runs", 2))
          .run(List.of(given.text("methods", "linear,ties").split(",")));
    }
  }

  /** Puts the models into the store, past the link. */
  private static void fill(ObjectStore store, Path models) {
    try (LocalObjectStore local = new LocalObjectStore(models)) {
      for (ObjectInfo info : local.list("")) {
        String key = "models/" + info.key();
        if (store.find(key).filter(there -> there.size() == info.size()).isEmpty()) {
          StoreTraffic.copy(local, info, store, key);
        }
      }
    }
  }

  private record Session(ObjectStore store, Path folder, int runs) {

    void run(List<String> methods) throws IOException {
      System.out.printf(
          "%-18s %10s %10s %10s %10s %16s%n",
          "method", "read s", "write s", "compute s", "merge s", "merge / slowest");
      for (String method : methods) {
        measure(Optional.ofNullable(Recipe.all().get(method)).orElseThrow());
      }
    }

    private void measure(Recipe recipe) throws IOException {
      Files.createDirectories(folder);
      double read = best(store, () -> StoreTraffic.read(store, weights(recipe)));
      double write = best(store, () -> StoreTraffic.write(store, "out", outputs(recipe)));
      double compute;
      try (MemoryStore memory = new MemoryStore();
          LocalObjectStore local = new LocalObjectStore(folder.resolve("models"))) {
        for (String model : recipe.inputs()) {
          for (ObjectInfo info : local.list(model + "/")) {
            memory.load(local, info, "models/" + info.key());
          }
        }
        compute = best(memory, () -> merge(recipe, memory, false));
      }
      double merge = best(store, () -> merge(recipe, store, true));
      double slowest = Math.max(read, Math.max(write, compute));
      System.out.printf(
          Locale.ROOT,
          "%-18s %10.2f %10.2f %10.2f %10.2f %16.2f%n",
          recipe.method(),
          read,
          write,
          compute,
          merge,
          merge / slowest);
    }

    private double best(ObjectStore written, Runnable work) {
      double best = Double.MAX_VALUE;
      for (int run = 0; run < runs; run++) {
        long start = System.nanoTime();
        work.run();
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
        written.list("out/").forEach(info -> written.delete(info.key()));
      }
      return best;
    }

    private List<ObjectInfo> weights(Recipe recipe) {
      List<ObjectInfo> files = new ArrayList<>();
      for (String model : recipe.inputs()) {
        store.list("models/" + model + "/").stream()
            .filter(info -> info.key().endsWith(".safetensors"))
            .forEach(files::add);
      }
      return files;
    }

    /** Files as large as the first model's. */
    private List<ObjectInfo> outputs(Recipe recipe) {
      return store.list("models/" + recipe.inputs().getFirst() + "/").stream()
          .filter(info -> info.key().endsWith(".safetensors"))
          .toList();
    }

    /** One merge as a worker does it. */
    private static void merge(Recipe recipe, ObjectStore store, boolean remote) {
      int threads = Runtime.getRuntime().availableProcessors();
      MergeSettings settings =
          new MergeSettings(threads, MergeSettings.ENGINE, Optional.of(new DigestCache(store)));
      DefaultModelRepository models = DefaultModelRepository.builder().ownStore(store).build();
      try (MergeEngine engine =
          remote
              ? new MergeEngine(
                  models,
                  settings,
                  MethodRegistry.standard(),
                  CpuTensorMerger.forRemoteStore(threads))
              : new MergeEngine(models, settings)) {
        MergeOptions options = MergeOptions.DEFAULTS.withShardBytes(outputShard(store, recipe));
        MergePlan plan = engine.validate(recipe.yaml(), options).planOrThrow();
        engine.merge(plan, store, "out/merged", Progress.Listener.NONE, Cancellation.NEVER);
      }
    }

    private static long outputShard(ObjectStore store, Recipe recipe) {
      return store.list("models/" + recipe.inputs().getFirst() + "/").stream()
          .mapToLong(ObjectInfo::size)
          .max()
          .orElseThrow();
    }
  }
}
