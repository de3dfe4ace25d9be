package dev.mergefarm.benchmarks.eval;

import dev.mergefarm.benchmarks.Arguments;
import dev.mergefarm.benchmarks.Benchmark;
import dev.mergefarm.benchmarks.Machine;
import dev.mergefarm.eval.torch.ComputeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Evaluations of generated tasks by a generated model, each beside the reference program where that
 * is found. Prints questions per second, ratios, memory, how far the answers agree, and what a
 * second evaluation with other weights spends its time on.
 */
public final class EvalBenchmark implements Benchmark {

  private static final int LAYERS = 12;
  private static final int BATCH = 16;

  @Override
  public String name() {
    return "eval";
  }

  @Override
  public String description() {
    return "evaluations beside lm_eval, where it is found: [--lm-eval PATH|none] [--parts %s]"
            .formatted(labels())
        + " [--types float32,bfloat16] [--documents N] [--layers 12] [--batch 16] [--folder DIR]";
  }

  private static String labels() {
    return Arrays.stream(Part.values()).map(Part::label).collect(Collectors.joining(","));
  }

  @Override
  public void run(String[] arguments) throws IOException, InterruptedException {
    Arguments given =
        Arguments.parse(
            arguments, "lm-eval", "parts", "types", "documents", "layers", "batch", "folder");
    Path folder = Path.of(given.text("folder", "mergefarm-benchmark/eval")).toAbsolutePath();
    GeneratedLlama model = new GeneratedLlama((int) given.number("layers", LAYERS));
    prepare(model, folder);
    Optional<Reference> reference =
        program(given).map(path -> new Reference(path, (int) given.number("batch", BATCH)));
    printHead(model, reference);
    for (String type : given.text("types", "float32,bfloat16").split(",")) {
      for (String part : given.text("parts", labels()).split(",")) {
        measure(
            folder,
            ComputeType.valueOf(type.toUpperCase(Locale.ROOT)),
            Part.named(part),
            given.optional("documents").map(Integer::parseInt),
            reference);
      }
    }
  }

  private static void prepare(GeneratedLlama model, Path folder) throws IOException {
    Path tokenizer =
        Path.of(System.getProperty("mergefarm.root", ".")).resolve("examples/facts/base");
    Files.createDirectories(folder);
    model.write(folder.resolve("base"), tokenizer, 0);
    model.write(folder.resolve("tuned"), tokenizer, 1);
    GeneratedTasks.write(folder);
  }

  private static Optional<Path> program(Arguments given) {
    Optional<String> named = given.optional("lm-eval");
    if (named.isPresent()) {
      return named.filter(name -> !name.equals("none")).map(Path::of);
    }
    return Reference.onPath();
  }

  private static void printHead(GeneratedLlama model, Optional<Reference> reference) {
    System.out.println(Machine.describe());
    System.out.printf(
        Locale.ROOT,
        "model: Llama, %.0f million parameters; reference: %s%n",
        model.parameters() / 1e6,
        reference
            .map(value -> "%s, batches of %d".formatted(value.program(), value.batchSize()))
            .orElse("none found"));
    for (Part part : Part.values()) {
      System.out.printf("  %-11s %s%n", part.label(), part.meaning());
    }
    System.out.println();
    System.out.println(ResultRow.head());
  }

  private static void measure(
      Path folder,
      ComputeType type,
      Part part,
      Optional<Integer> wanted,
      Optional<Reference> reference)
      throws IOException, InterruptedException {
    int documents = wanted.orElse(part.documents());
    String name = part.label() + "-" + type.name().toLowerCase(Locale.ROOT);
    Engine.Run ours = Engine.run(folder, type, part, documents, folder.resolve("out-" + name));
    Optional<Reference.Run> theirs = Optional.empty();
    Optional<Agreement> agreement = Optional.empty();
    if (reference.isPresent()) {
      theirs =
          Optional.of(
              reference
                  .get()
                  .run(folder, type, part, documents, folder.resolve("reference-" + name)));
      agreement =
          Optional.of(Agreement.of(ours.samples(), theirs.get().samples(), part.generates()));
    }
    System.out.println(new ResultRow(type, part, documents, ours, theirs, agreement).line());
  }
}
