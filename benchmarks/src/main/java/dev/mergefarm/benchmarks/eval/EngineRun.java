package dev.mergefarm.benchmarks.eval;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DirectoryDataFiles;
import dev.mergefarm.eval.function.PythonFunctions;
import dev.mergefarm.eval.function.PythonHostOptions;
import dev.mergefarm.eval.model.LocalLanguageModel;
import dev.mergefarm.eval.model.ModelLoader;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.model.run.ForwardMeter;
import dev.mergefarm.eval.result.ResultsFolder;
import dev.mergefarm.eval.result.RunDescription;
import dev.mergefarm.eval.run.TaskEvaluation;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A process of its own that evaluates one task twice, the second time with another model's weights,
 * and prints what it measured as {@code NAME VALUE} lines. Run in the folder with {@code base},
 * {@code tuned}, {@code tasks} and {@code data}.
 */
final class EngineRun {

  private static final Path TASKS = Path.of("tasks");

  private final ModelOptions options;
  private final EvaluationOptions evaluationOptions;
  private final Part part;

  private EngineRun(ComputeType type, Part part, int documents) {
    this.options = ModelOptions.onCpu(type);
    this.evaluationOptions = EvaluationOptions.builder().limit(documents).build();
    this.part = part;
  }

  /** Arguments: type, part, documents, folder for the results. */
  public static void main(String[] arguments) throws IOException {
    new EngineRun(
            ComputeType.valueOf(arguments[0]),
            Part.named(arguments[1]),
            Integer.parseInt(arguments[2]))
        .run(Path.of(arguments[3]));
  }

  private void run(Path out) throws IOException {
    try (LocalLanguageModel model = load()) {
      print("weightBytes", model.weightBytes());
      print("budgetBytes", options.activationBytes());
      long started = System.nanoTime();
      TaskFiles files = new DirectoryTaskFiles(List.of(TASKS));
      try (TaskFunctions functions = new PythonFunctions(files, PythonHostOptions::located, 0)) {
        Evaluation evaluation =
            new TaskEvaluation(
                new TaskLibrary(files),
                DirectoryDataFiles.confined(List.of(Path.of(""))),
                functions);
        EvaluationPlan plan = evaluation.plan(evaluationOptions, List.of(part.task()));
        print("startMillis", (System.nanoTime() - started) / 1e6);
        EvaluationOutcome outcome = first(evaluation, plan, model);
        second(evaluation, plan, model);
        ResultsFolder.write(out, outcome, description(model));
      }
    }
  }

  private LocalLanguageModel load() {
    long started = System.nanoTime();
    try (Model stored = open("base")) {
      LocalLanguageModel model =
          ModelLoader.load(stored, options, Progress.Listener.NONE, Cancellation.NEVER);
      print("loadMillis", (System.nanoTime() - started) / 1e6);
      return model;
    }
  }

  private static Model open(String name) {
    return DefaultModelRepository.builder()
        .localPaths(Path.of("").toAbsolutePath())
        .build()
        .open(new ModelReference(Path.of(name).toAbsolutePath().toString()));
  }

  private EvaluationOutcome first(
      Evaluation evaluation, EvaluationPlan plan, LocalLanguageModel model) {
    ForwardMeter.Reading before = model.work();
    long started = System.nanoTime();
    EvaluationOutcome outcome = evaluate(evaluation, plan, model);
    print("firstMillis", (System.nanoTime() - started) / 1e6);
    print("firstTokens", model.work().since(before).tokens());
    return outcome;
  }

  /** As a candidate of a search is evaluated: the weights change and nothing else. */
  private void second(Evaluation evaluation, EvaluationPlan plan, LocalLanguageModel model) {
    try (Model tuned = open("tuned")) {
      long started = System.nanoTime();
      model.replaceWeights(tuned.tensors(), Progress.Listener.NONE, Cancellation.NEVER);
      print("replaceMillis", (System.nanoTime() - started) / 1e6);
    }
    ForwardMeter.Reading before = model.work();
    long started = System.nanoTime();
    evaluate(evaluation, plan, model);
    print("secondMillis", (System.nanoTime() - started) / 1e6);
    print("modelMillis", model.work().since(before).time().toNanos() / 1e6);
  }

  private static EvaluationOutcome evaluate(
      Evaluation evaluation, EvaluationPlan plan, LocalLanguageModel model) {
    return evaluation.run(plan, model, Progress.Listener.NONE, Cancellation.NEVER, RecordSink.NONE);
  }

  private RunDescription description(LocalLanguageModel model) {
    return new RunDescription(
        "base",
        Map.of(),
        evaluationOptions,
        Instant.EPOCH,
        Duration.ZERO,
        "benchmark",
        model.maximumLength(),
        model.chatTemplate());
  }

  private static void print(String name, Number value) {
    System.out.println(name + " " + value);
  }
}
