package dev.mergefarm.eval.result;

import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a run's results and records into a folder. */
public final class ResultsFolder {

  /** The name of the results file. */
  public static final String RESULTS = "results.json";

  private ResultsFolder() {}

  /** The name of a task's records file; characters that file names cannot hold are replaced. */
  public static String samplesName(String task) {
    return "samples_" + ResultsFile.sanitized(task) + ".jsonl";
  }

  /**
   * @param folder made where it does not exist; files of an earlier run are replaced
   * @return the files written
   */
  public static List<Path> write(Path folder, EvaluationOutcome outcome, RunDescription run)
      throws IOException {
    Files.createDirectories(folder);
    List<Path> written = new ArrayList<>();
    Path results = folder.resolve(RESULTS);
    Files.writeString(results, ResultsFile.json(outcome, run));
    written.add(results);
    for (TaskOutcome task : outcome.tasks()) {
      Path samples = folder.resolve(samplesName(task.name()));
      try (BufferedWriter writer = Files.newBufferedWriter(samples)) {
        for (SampleRecord sample : task.samples()) {
          writer.write(SampleLines.line(sample));
          writer.write('\n');
        }
      }
      written.add(samples);
    }
    return written;
  }
}
