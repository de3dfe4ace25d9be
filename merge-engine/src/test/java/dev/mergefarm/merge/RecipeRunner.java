package dev.mergefarm.merge;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.ModelDraft;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/** Runs recipes whose models lie in one folder. */
public final class RecipeRunner implements AutoCloseable {

  private final MergeEngine engine;
  private final Path folder;

  public RecipeRunner(Path folder) {
    this.folder = folder;
    engine =
        new MergeEngine(
            DefaultModelRepository.builder().localPaths(folder).build(), new MergeSettings(2));
  }

  public MergeEngine engine() {
    return engine;
  }

  public RecipeCheck check(String yaml) {
    return engine.validate(yaml, MergeOptions.DEFAULTS);
  }

  public List<Problem> problems(String yaml) {
    return check(yaml).problems();
  }

  /** Merges into the folder {@code output}, and reads the tensors back. */
  public SequencedMap<String, float[]> merge(String yaml) {
    return merge(yaml, MergeOptions.DEFAULTS);
  }

  public SequencedMap<String, float[]> merge(String yaml, MergeOptions options) {
    Path output = folder.resolve("output");
    try (LocalObjectStore store = new LocalObjectStore(output)) {
      engine.merge(
          engine.validate(yaml, options).planOrThrow(),
          store,
          "",
          ModelDraft.Existing.REPLACE,
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
    return TinyModels.read(output);
  }

  @Override
  public void close() {
    engine.close();
  }
}
