package dev.mergefarm.benchmarks.eval;

import dev.mergefarm.eval.torch.ComputeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The reference program, lm-evaluation-harness.
 *
 * @param program its command
 * @param batchSize sequences side by side
 */
record Reference(Path program, int batchSize) {

  /** Nothing is to be fetched: model, tasks and data are here. */
  private static final Map<String, String> OFFLINE =
      Map.of("HF_HUB_OFFLINE", "1", "HF_DATASETS_OFFLINE", "1", "TOKENIZERS_PARALLELISM", "true");

  /**
   * What one run gave.
   *
   * @param answering from the first request's tokenising to the last answer
   * @param samples the file with its records
   */
  record Run(Duration answering, long peakAnonymousBytes, Path samples) {}

  /** The program on the search path, where it is there. */
  static Optional<Path> onPath() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "lm_eval"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Evaluates {@code base} on a task.
   *
   * @param folder with model, tasks and data
   */
  Run run(Path folder, ComputeType type, Part part, int documents, Path out)
      throws IOException, InterruptedException {
    WatchedProcess process =
        WatchedProcess.run(
            List.of(
                program.toString(),
                "--model",
                "hf",
                "--model_args",
                "pretrained=base,dtype=" + type.name().toLowerCase(Locale.ROOT),
                "--include_path",
                "tasks",
                "--tasks",
                part.task(),
                "--device",
                "cpu",
                "--batch_size",
                Integer.toString(batchSize),
                "--limit",
                Integer.toString(documents),
                "--log_samples",
                "--output_path",
                out.toString()),
            folder,
            OFFLINE);
    return new Run(answering(process), process.peakAnonymousBytes(), samples(out, part));
  }

  /** From the announcement of the requests to the end of their progress bar. */
  private static Duration answering(WatchedProcess process) {
    Duration from = null;
    Duration to = null;
    for (WatchedProcess.Printed printed : process.output()) {
      boolean requests = printed.line().matches(".*Running \\w+ requests.*");
      if (requests && from == null) {
        from = printed.after();
      }
      if (requests && printed.line().contains("100%")) {
        to = printed.after();
      }
    }
    if (from == null || to == null) {
      throw new IllegalStateException("the reference did not print its progress");
    }
    return to.minus(from);
  }

  private static Path samples(Path out, Part part) throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("samples_" + part.task() + "_"))
          .max(Path::compareTo)
          .orElseThrow(() -> new IOException("the reference wrote no records to " + out));
    }
  }
}
