package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationPlan;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DataFiles;
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
 * are relative to the working directory, the task's own folder, then the task folders; models and
 * data sets that are not there are looked for on the hub.
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
  private final LocalModels models;
  private final Evaluation evaluation;
  private final EvaluationOptions options;

  /**
   * @param folders of task files, a later one's tasks replacing an earlier one's
   * @param cancellation ends the downloading of data
   */
  public LocalEvaluation(List<Path> folders, EvaluationOptions options, Cancellation cancellation) {
    List<Path> dataRoots = new ArrayList<>(List.of(Path.of("")));
    dataRoots.addAll(folders);
    TaskFiles files = new DirectoryTaskFiles(folders);
    TaskLibrary library = new TaskLibrary(files);
    this.functions =
        new RowFilterFunctions(
            files,
            new PythonFunctions(files, PythonHostOptions::located, options.seeds().python()));
    this.models = LocalModels.open();
    DataFiles data =
        DataFiles.firstOf(
            List.of(DirectoryDataFiles.unconfined(dataRoots), models.hubData(cancellation)));
    this.evaluation = new TaskEvaluation(library, data, functions);
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

  private LanguageModel load(
      Subject subject,
      ModelOptions options,
      Progress.Listener progress,
      Cancellation cancellation) {
    return switch (subject) {
      case Subject.StoredModel stored -> {
        try (Model model =
            models.toUse(cancellation, progress).open(new ModelReference(stored.name()))) {
          yield ModelLoader.load(model, options, progress, cancellation);
        }
      }
      case Subject.Recipe recipe -> {
        try (MergeEngine engine = new MergeEngine(models.toCheck(), MergeSettings.defaults())) {
          MergePlan plan = engine.validate(recipe.yaml(), MergeOptions.DEFAULTS).planOrThrow();
          MergeEngine copying = engine.withModels(models.toUse(cancellation, progress));
          try (Model model = copying.mergeInMemory(plan, cancellation)) {
            yield ModelLoader.load(model, options, progress, cancellation);
          }
        }
      }
      case Subject.Remote remote ->
          RemoteLanguageModel.connect(
              remote.settings(),
              remote.tokenizer().map(this::tokenizer),
              Retries.Time.SYSTEM,
              InstantSource.system(),
              cancellation);
    };
  }

  private TextTokenizer tokenizer(String folder) {
    try (Model model = models.toCheck().open(new ModelReference(folder))) {
      return HuggingFaceTextTokenizer.load(model);
    }
  }

  /** Ends the helpers' process, where one was started, and leaves the hub. */
  @Override
  public void close() {
    functions.close();
    models.close();
  }
}
