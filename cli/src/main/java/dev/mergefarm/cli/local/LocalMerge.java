package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.merge.device.DeviceSettings;
import dev.mergefarm.merge.device.MachineDevices;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.extraction.AdapterExtraction;
import dev.mergefarm.merge.extraction.ExtractionOptions;
import dev.mergefarm.merge.extraction.ExtractionResult;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.mixture.PromptReader;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.MissingTensors;
import dev.mergefarm.merge.plan.MixtureCheck;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.timeline.TimedMerger;
import dev.mergefarm.merge.timeline.Timeline;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.manifest.DigestCache;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelDraft;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Merges on this machine, without a farm; model paths are relative to the working directory, and
 * {@code org/name} is looked for on the hub where there is no such folder.
 */
public final class LocalMerge implements AutoCloseable {

  private final LocalModels models;
  private final MergeEngine engine;

  /** Merges on GPUs if there are any. */
  public LocalMerge() {
    this(DeviceSettings.DEFAULTS, Optional.empty());
  }

  /**
   * @param timeline is told what is read, computed and written
   */
  public LocalMerge(DeviceSettings devices, Optional<Timeline> timeline) {
    int threads = Runtime.getRuntime().availableProcessors();
    TensorMerger processor = CpuTensorMerger.forLocalFiles(threads);
    TensorMerger told =
        timeline.<TensorMerger>map(line -> new TimedMerger(processor, line)).orElse(processor);
    this.models = LocalModels.open();
    this.engine =
        new MergeEngine(
            models.toCheck(),
            new MergeSettings(
                threads, MergeSettings.ENGINE, CacheFolder.find().map(LocalMerge::digests)),
            new MachineDevices(told, devices, timeline.orElseGet(Timeline::new)));
  }

  /** The store has nothing open between calls, so nobody needs to close it. */
  private static DigestCache digests(Path folder) {
    return new DigestCache(new LocalObjectStore(folder));
  }

  public RecipeCheck check(String recipe, MergeOptions options) {
    return engine.validate(recipe, options);
  }

  /**
   * Checks a mixture of experts and makes its gates.
   *
   * @param allowEqualModels whether all experts may come from one model although they have prompts
   */
  public RecipeCheck checkMixture(
      String recipe,
      boolean allowEqualModels,
      MergeOptions options,
      PromptReader prompts,
      Cancellation cancellation) {
    MixtureCheck check = engine.validateMixture(recipe, allowEqualModels, options);
    return engine
        .withModels(models.toUse(cancellation, Progress.Listener.NONE))
        .planMixture(check, prompts, cancellation);
  }

  /** Checks a merge of single files of tensors. */
  public RecipeCheck checkRaw(String recipe, MissingTensors missing, MergeOptions options) {
    return engine.validateRaw(recipe, missing, options);
  }

  /** How many layers each model has. */
  public List<Integer> layers(List<ModelName> models) {
    return engine.layers(models);
  }

  /** Takes an adapter from the difference of two models into a folder. */
  public ExtractionResult extract(
      ModelName tuned,
      ModelName base,
      ExtractionOptions options,
      Path folder,
      Progress.Listener progress,
      Cancellation cancellation) {
    Path target = target(folder);
    String plan = String.join("\n", tuned.toString(), base.toString(), options.toString());
    MergeEngine copying = engine.withModels(models.toUse(cancellation, progress));
    try (ObjectStore store = new LocalObjectStore(target.getParent());
        Model model = copying.open(tuned, cancellation);
        Model plain = copying.open(base, cancellation)) {
      ModelDraft draft =
          ModelDraft.open(
              new ObjectFolder(store, target.getFileName() + "/"),
              Sha256.of(plan.getBytes(StandardCharsets.UTF_8)),
              ModelDraft.Existing.REFUSE);
      return new AdapterExtraction(model, plain, options, cancellation)
          .run(draft, MergeSettings.ENGINE, progress);
    }
  }

  private static Path target(Path folder) {
    Path target = folder.toAbsolutePath().normalize();
    if (target.getParent() == null) {
      throw new MergefarmException(ErrorCode.INVALID_VALUE, target + " is no folder for a model");
    }
    return target;
  }

  /**
   * Merges into a folder.
   *
   * @param folder where the model goes; its parent must exist or be creatable
   */
  public MergeResult merge(
      MergePlan plan, Path folder, Progress.Listener progress, Cancellation cancellation) {
    Path target = target(folder);
    try (ObjectStore store = new LocalObjectStore(target.getParent())) {
      return engine
          .withModels(models.toUse(cancellation, progress))
          .merge(plan, store, target.getFileName().toString(), progress, cancellation);
    }
  }

  @Override
  public void close() {
    engine.close();
    models.close();
  }
}
