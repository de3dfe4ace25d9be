package dev.mergefarm.benchmarks.merge;

import dev.mergefarm.benchmarks.Arguments;
import dev.mergefarm.benchmarks.Benchmark;
import dev.mergefarm.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whole merges of generated models, each beside a program that only reads the inputs and writes the
 * output, and beside the reference program where one is named. Prints times, ratios and peak
 * memory.
 */
public final class MergeBenchmark implements Benchmark {

  private static final int SHARDS = 5;

  /**
   * Recipe by method; {@code base}, {@code a}, {@code b} and {@code c} are the generated models.
   */
  private static final Map<String, Recipe> RECIPES = Recipe.all();

  @Override
  public String name() {
    return "merge";
  }

  @Override
  public String description() {
    return "whole merges beside reading and writing alone: [--bytes 2000000000] [--methods"
        + " linear,slerp,...] [--runs 3] [--reference mergekit-yaml] [--folder DIR]";
  }

  @Override
  public void run(String[] arguments) throws IOException, InterruptedException {
    Arguments given = Arguments.parse(arguments, "bytes", "methods", "runs", "reference", "folder");
    Path folder = Path.of(given.text("folder", "mergefarm-benchmark")).toAbsolutePath();
    Files.createDirectories(folder);
    new Session(
            GeneratedModel.ofBytes(given.number("bytes", 2_000_000_000L)),
            folder,
            Path.of(System.getProperty("mergefarm.root", ".")).toAbsolutePath(),
            (int) given.number("runs", 3),
            given.optional("reference"))
        .run(List.of(given.text("methods", String.join(",", RECIPES.keySet())).split(",")));
  }

  /**
   * One run of the benchmark.
   *
   * @param root the checkout
   */
  private record Session(
      GeneratedModel model, Path folder, Path root, int runs, Optional<String> reference) {

    void run(List<String> methods) throws IOException, InterruptedException {
      System.out.println(Machine.describe());
      System.out.printf(
          Locale.ROOT,
          "models: Llama, bf16, %.2f GB each in %d shards; best of %d runs; page cache warm%n%n",
          model.bytes() / 1e9,
          SHARDS,
          runs);
      List<String> names = List.of("base", "a", "b", "c");
      for (int variant = 0; variant < names.size(); variant++) {
        model.write(folder.resolve(names.get(variant)), variant, SHARDS);
      }
      System.out.printf(
          "%-18s %10s %12s %7s %12s %12s %12s%n",
          "method",
          "merge s",
          "read+write s",
          "ratio",
          "anon MB",
          "resident MB",
          reference.isPresent() ? "reference s" : "");
      for (String method : methods) {
        Recipe recipe = RECIPES.get(method);
        if (recipe == null) {
          throw new IllegalArgumentException(
              "no recipe for '%s'; there are %s".formatted(method, RECIPES.keySet()));
        }
        measure(recipe);
      }
    }

    private void measure(Recipe recipe) throws IOException, InterruptedException {
      Path file = folder.resolve(recipe.method() + ".yml");
      Files.writeString(file, recipe.yaml());
      List<String> ceiling = new ArrayList<>(javaCommand(ReadAndWrite.class));
      ceiling.add("out-copy");
      ceiling.addAll(recipe.inputs());
      List<String> merge =
          List.of(root.resolve("mergefarm").toString(), "merge", file.toString(), "--out", "out");
      MeasuredProcess best = null;
      MeasuredProcess floor = null;
      MeasuredProcess theirs = null;
      for (int run = 0; run < runs; run++) {
        floor = faster(floor, runClean(ceiling, "out-copy"));
        best = faster(best, runClean(merge, "out"));
        if (reference.isPresent()) {
          theirs =
              faster(
                  theirs,
                  runClean(
                      List.of(reference.get(), file.toString(), "out-ref", "--no-copy-tokenizer"),
                      "out-ref"));
        }
      }
      double ours = best.time().toMillis() / 1000.0;
      double least = floor.time().toMillis() / 1000.0;
      System.out.printf(
          Locale.ROOT,
          "%-18s %10.2f %12.2f %7.2f %12.0f %12.0f %s%n",
          recipe.method(),
          ours,
          least,
          ours / least,
          best.peakAnonymousBytes() / 1e6,
          best.peakResidentBytes() / 1e6,
          theirs == null
              ? ""
              : String.format(
                  Locale.ROOT,
                  "%12.2f (%.1fx)",
                  theirs.time().toMillis() / 1000.0,
                  theirs.time().toMillis() / (double) best.time().toMillis()));
    }

    private MeasuredProcess runClean(List<String> command, String out)
        throws IOException, InterruptedException {
      remove(folder.resolve(out));
      MeasuredProcess measured = MeasuredProcess.run(command, folder, folder.resolve("log"));
      remove(folder.resolve(out));
      return measured;
    }

    private static MeasuredProcess faster(MeasuredProcess one, MeasuredProcess other) {
      return one == null || other.time().compareTo(one.time()) < 0 ? other : one;
    }

    private static List<String> javaCommand(Class<?> main) {
      return List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "--enable-native-access=ALL-UNNAMED",
          "-cp",
          System.getProperty("java.class.path"),
          main.getName());
    }

    private static void remove(Path folder) throws IOException {
      if (!Files.exists(folder)) {
        return;
      }
      try (Stream<Path> entries = Files.walk(folder)) {
        for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(entry);
        }
      }
    }
  }
}
