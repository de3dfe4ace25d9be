package dev.mergefarm.benchmarks.eval;

import dev.mergefarm.eval.result.ResultsFolder;
import dev.mergefarm.eval.torch.ComputeType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Our engine in a process of its own. */
final class Engine {

  private Engine() {}

  /**
   * What one run gave.
   *
   * @param values as {@link EngineRun} prints them
   * @param samples the file with its records
   */
  record Run(Map<String, Double> values, long peakAnonymousBytes, Path samples) {

    double value(String name) {
      Double value = values.get(name);
      if (value == null) {
        throw new IllegalStateException("the engine printed no " + name);
      }
      return value;
    }
  }

  /**
   * Evaluates {@code base}, then {@code tuned}, on a task.
   *
   * @param folder with models, tasks and data
   */
  static Run run(Path folder, ComputeType type, Part part, int documents, Path out)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(EngineRun.class.getName());
    command.addAll(List.of(type.name(), part.label(), Integer.toString(documents), out.toString()));
    WatchedProcess process = WatchedProcess.run(command, folder, Map.of());
    Map<String, Double> values = new HashMap<>();
    for (WatchedProcess.Printed printed : process.output()) {
      if (printed.line().matches("\\w+ [0-9.E]+")) {
        String[] words = printed.line().split(" ");
        values.put(words[0], Double.valueOf(words[1]));
      }
    }
    return new Run(
        values, process.peakAnonymousBytes(), out.resolve(ResultsFolder.samplesName(part.task())));
  }
}
