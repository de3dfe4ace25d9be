package dev.mergefarm.cli.local;

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
import dev.mergefarm.eval.function.rows.RowFilterFunctions;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.model.ModelLoader;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.model.remote.RemoteLanguageModel;
import dev.mergefarm.eval.model.remote.RemoteModelSettings;
import dev.mergefarm.eval.result.ResultsFolder;
import dev.mergefarm.eval.result.RunDescription;
import dev.mergefarm.eval.run.TaskEvaluation;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.tokenizer.HuggingFaceTextTokenizer;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Scores on this machine, without a farm. Tasks are checked before the model is opened; data paths
 * are relative to the working directory, then to the task folders.
 */
public final class LocalEvaluation implements AutoCloseable {

  /** What is scored. */
  public sealed interface Subject {

    /** For the results file. */
    String name();

    /** A model in a folder. */
    record StoredModel(String name) implements Subject {}

    /**
     * What a recipe makes, merged in memory.
     *
     * @param yaml its text
     */
    record Recipe(String name, String yaml) implements Subject {}

    /**
     * A model on another server.
     *
     * @param tokenizer folder with the server's tokenizer
     */
    record Remote(RemoteModelSettings settings, Optional<String> tokenizer) implements Subject {
      @Override
      public String name() {
        return settings.model();
      }
    }
  }

  private final TaskFunctions functions;
  private final Evaluation evaluation;
  private final EvaluationOptions options;

  /**
   * @param folders of task files, a later one's tasks replacing an earlier one's
   */
  public LocalEvaluation(List<Path> folders, EvaluationOptions options) {
    List<Path> dataRoots = new ArrayList<>(List.of(Path.of("")));
    dataRoots.addAll(folders);
    TaskFiles files = new DirectoryTaskFiles(folders);
    TaskLibrary library = new TaskLibrary(files);
    this.functions =
        new RowFilterFunctions(
            files,
            new PythonFunctions(files, PythonHostOptions::located, options.seeds().python()));
    this.evaluation =
        new TaskEvaluation(library, DirectoryDataFiles.unconfined(dataRoots), functions);
    this.options = options;
  }

  /**
   * Plans, loads, scores and writes the results and samples files.
   *
   * @param out folder for the files; made where it does not exist
   */
  public EvaluationOutcome run(
      Subject subject,
      List<String> tasks,
      ModelOptions modelOptions,
      Path out,
      Progress.Listener progress,
      Cancellation cancellation)
      throws IOException {
    Instant started = Instant.now();
    EvaluationPlan plan = evaluation.plan(options, tasks);
    try (LanguageModel model = load(subject, modelOptions, progress, cancellation)) {
      EvaluationOutcome outcome =
          evaluation.run(plan, model, progress, cancellation, RecordSink.NONE);
      ResultsFolder.write(
          out,
          outcome,
          new RunDescription(
              subject.name(),
              arguments(subject, modelOptions),
              options,
              started,
              Duration.between(started, Instant.now()),
              MergeSettings.ENGINE,
              model.maximumLength(),
              model.chatTemplate()));
      return new EvaluationOutcome(
          outcome.tasks(),
          outcome.groups(),
          Stream.concat(outcome.warnings().stream(), model.warnings().stream()).toList());
    }
  }

  private static Map<String, Object> arguments(Subject subject, ModelOptions options) {
    return switch (subject) {
      case Subject.StoredModel stored -> dataType(options);
      case Subject.Recipe recipe -> dataType(options);
      case Subject.Remote remote -> Map.of("base_url", remote.settings().endpoint().toString());
    };
  }

  private static Map<String, Object> dataType(ModelOptions options) {
    return Map.of("dtype", options.type().name().toLowerCase(Locale.ROOT));
  }

  private static LanguageModel load(
      Subject subject,
      ModelOptions options,
      Progress.Listener progress,
      Cancellation cancellation) {
    return switch (subject) {
      case Subject.StoredModel stored -> {
        try (Model model = LocalMerge.repository().open(new ModelReference(stored.name()))) {
          yield ModelLoader.load(model, options, progress, cancellation);
        }
      }
      case Subject.Recipe recipe -> {
        try (MergeEngine engine =
            new MergeEngine(LocalMerge.repository(), MergeSettings.defaults())) {
          MergePlan plan = engine.validate(recipe.yaml(), MergeOptions.DEFAULTS).planOrThrow();
          try (Model model = engine.mergeInMemory(plan, cancellation)) {
            yield ModelLoader.load(model, options, progress, cancellation);
          }
        }
      }
      case Subject.Remote remote ->
          RemoteLanguageModel.connect(
              remote.settings(),
              remote.tokenizer().map(LocalEvaluation::tokenizer),
              Retries.Time.SYSTEM,
              InstantSource.system(),
              cancellation);
    };
  }

  private static TextTokenizer tokenizer(String folder) {
    try (Model model = LocalMerge.repository().open(new ModelReference(folder))) {
      return HuggingFaceTextTokenizer.load(model);
    }
  }

  /** Ends the helpers' process, where one was started. */
  @Override
  public void close() {
    functions.close();
  }
}
