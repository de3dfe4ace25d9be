package dev.mergefarm.merge;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.device.DeviceChoice;
import dev.mergefarm.merge.device.MergeDevices;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.mixture.GateComputation;
import dev.mergefarm.merge.mixture.GateVectors;
import dev.mergefarm.merge.mixture.PromptReader;
import dev.mergefarm.merge.plan.LayerCounter;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.MissingTensors;
import dev.mergefarm.merge.plan.MixtureCheck;
import dev.mergefarm.merge.plan.MixtureDraft;
import dev.mergefarm.merge.plan.MixturePlanner;
import dev.mergefarm.merge.plan.ModelOpener;
import dev.mergefarm.merge.plan.RawPlanner;
import dev.mergefarm.merge.plan.StreamPlanner;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestInput;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.model.ModelRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Checks recipes, plans merges and runs them. Safe for many threads; plans that run at the same
 * time share the engine's workers and memory.
 */
public final class MergeEngine implements AutoCloseable {

  /** Memory beside the merger's buffers: headers, plan, uploads; in bytes. */
  private static final long OVERHEAD_BYTES = 128L << 20;

  private final MergeSettings settings;
  private final MethodRegistry registry;
  private final MergeDevices devices;
  private final ModelRepository repository;

  /** An engine that computes on this machine's processor, whatever device a merge asks for. */
  public MergeEngine(ModelRepository repository, MergeSettings settings) {
    this(
        repository,
        settings,
        MethodRegistry.standard(),
        CpuTensorMerger.forLocalFiles(settings.threads()));
  }

  /**
   * An engine that computes where merges ask for it.
   *
   * @param devices closed with the engine
   */
  public MergeEngine(ModelRepository repository, MergeSettings settings, MergeDevices devices) {
    this(repository, settings, MethodRegistry.standard(), devices);
  }

  /**
   * @param merger does the arithmetic; closed with the engine
   */
  public MergeEngine(
      ModelRepository repository,
      MergeSettings settings,
      MethodRegistry registry,
      TensorMerger merger) {
    this(repository, settings, registry, MergeDevices.always(merger));
  }

  private MergeEngine(
      ModelRepository repository,
      MergeSettings settings,
      MethodRegistry registry,
      MergeDevices devices) {
    this.repository = Objects.requireNonNull(repository, "repository");
    this.settings = Objects.requireNonNull(settings, "settings");
    this.registry = Objects.requireNonNull(registry, "registry");
    this.devices = Objects.requireNonNull(devices, "devices");
  }

  /**
   * The same engine with models from elsewhere. Both share workers and memory, so only this one is
   * closed, after the last use of either.
   */
  public MergeEngine withModels(ModelRepository other) {
    return new MergeEngine(other, settings, registry, devices);
  }

  /** The methods that recipes can name. */
  public MethodRegistry methods() {
    return registry;
  }

  /**
   * Reads and plans a recipe from headers and configurations alone. Never throws for a bad recipe:
   * its problems are the answer.
   *
   * @throws dev.mergefarm.common.MergefarmException when a store or hub that holds the models does
   *     not answer
   */
  public RecipeCheck validate(String yaml, MergeOptions options) {
    Problems problems = deviceProblems(options);
    List<MergePlan> plans =
        new StreamPlanner(
                registry, opener(Cancellation.NEVER), devices.memoryBound() + OVERHEAD_BYTES)
            .plan(yaml, options, problems);
    return new RecipeCheck(problems.all(), plans);
  }

  /**
   * Reads and checks a mixture of experts from headers and configurations alone. Never throws for a
   * bad recipe: its problems are the answer.
   *
   * @param allowEqualModels whether all experts may come from one model although prompts tell them
   *     apart
   */
  public MixtureCheck validateMixture(String yaml, boolean allowEqualModels, MergeOptions options) {
    return new MixturePlanner(
            MethodRegistry.copying(),
            opener(Cancellation.NEVER),
            devices.memoryBound() + OVERHEAD_BYTES)
        .check(yaml, allowEqualModels, options, deviceProblems(options));
  }

  /**
   * Reads and plans a merge of single files of this machine, tensor by tensor by name, without any
   * architecture. Never throws for a bad recipe: its problems are the answer.
   */
  public RecipeCheck validateRaw(String yaml, MissingTensors missing, MergeOptions options) {
    Problems problems = deviceProblems(options);
    Optional<MergePlan> plan =
        new RawPlanner(registry, opener(Cancellation.NEVER), devices.memoryBound() + OVERHEAD_BYTES)
            .plan(yaml, missing, options, problems);
    return new RecipeCheck(
        problems.all(), problems.hasErrors() ? List.of() : plan.stream().toList());
  }

  /**
   * How many layers each model has.
   *
   * @throws dev.mergefarm.common.MergefarmException with every model that cannot be used
   */
  public List<Integer> layers(List<ModelName> models) {
    return new LayerCounter(opener(Cancellation.NEVER)).count(models);
  }

  private Problems deviceProblems(MergeOptions options) {
    Problems problems = new Problems();
    devices
        .refusal(DeviceChoice.parse(options.device()))
        .ifPresent(reason -> problems.error(ErrorCode.DEVICE_UNAVAILABLE, "", reason));
    return problems;
  }

  /**
   * Makes the gates of a checked mixture, which completes its plan.
   *
   * @param prompts asked about the base model, unless the gates are random
   * @return the plan with the check's warnings, and one where gates are hard to tell apart
   * @throws dev.mergefarm.common.MergefarmException with the check's problems, or what reading the
   *     prompts fails with
   */
  public RecipeCheck planMixture(
      MixtureCheck check, PromptReader prompts, Cancellation cancellation) {
    MixtureDraft draft = check.draftOrThrow();
    GateVectors gates =
        new GateComputation(draft.gates(), prompts, cancellation)
            .compute(() -> open(draft.gates().base(), cancellation));
    Problems problems = new Problems();
    problems.addAll(check.problems());
    List<Integer> degenerate = gates.degenerateLayers();
    if (!degenerate.isEmpty()) {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          "experts",
          "The gates of the layers %s nearly depend on each other, so that some experts will seldom"
                  .formatted(degenerate)
              + " be chosen; the prompts may be too similar.");
    }
    return new RecipeCheck(problems.all(), List.of(draft.plan(gates)));
  }

  /** A model with its adapter merged, if it has one; the caller closes it, before the engine. */
  public Model open(ModelName name, Cancellation cancellation) {
    if (name.reference().adapter().isEmpty()) {
      return repository.open(name.reference());
    }
    return mergeInMemory(
        validate(name.copyRecipe(), MergeOptions.DEFAULTS).planOrThrow(), cancellation);
  }

  /** Runs a plan where no other model is; see the longer form. */
  public MergeResult merge(
      MergePlan plan,
      ObjectStore target,
      String prefix,
      Progress.Listener progress,
      Cancellation cancellation) {
    return merge(plan, target, prefix, ModelDraft.Existing.REFUSE, progress, cancellation);
  }

  /**
   * Runs a plan: shard by shard into the store, the manifest last, so that a model is either whole
   * or not there. Shards that an earlier attempt of the same plan published are kept; if it had
   * published the model, nothing is done.
   *
   * @param prefix where the model goes, without a slash at the end; empty for the store's root
   * @param existing what to do with another model that is there
   * @throws dev.mergefarm.common.MergefarmException {@code CANCELLED} within a second of
   *     cancellation; no reader sees what was written by then, and another attempt goes on from it
   */
  public MergeResult merge(
      MergePlan plan,
      ObjectStore target,
      String prefix,
      ModelDraft.Existing existing,
      Progress.Listener progress,
      Cancellation cancellation) {
    ObjectFolder folder = new ObjectFolder(target, prefix.isEmpty() ? "" : prefix + "/");
    ModelDraft draft = ModelDraft.open(folder, plan.summary().digest(), existing);
    if (draft.published()) {
      return result(plan, prefix, draft, plan.shards().shards().size(), "");
    }
    MergeDevices.Chosen chosen = devices.choose(DeviceChoice.parse(plan.options().device()));
    try (OpenedPlan opened = new OpenedPlan(plan, opener(cancellation));
        InputDigests inputs = new InputDigests(plan, opened.models(), settings.digestCache());
        PlanRun run = new PlanRun(plan, opened, draft, progress)) {
      run.run(chosen.merger(), cancellation);
      List<ManifestInput> digests = inputs.await(cancellation);
      draft.publish(
          outputs ->
              new Manifest(
                  settings.engine(),
                  Optional.of(plan.summary().digest()),
                  Optional.empty(),
                  Optional.of(plan.recipe()),
                  OptionalLong.of(plan.options().seed()),
                  digests,
                  outputs));
      return result(plan, prefix, draft, run.shardsKept(), device(chosen, run));
    }
  }

  private static String device(MergeDevices.Chosen chosen, PlanRun run) {
    List<String> parts = new ArrayList<>(List.of(chosen.description()));
    parts.addAll(run.remarks());
    return String.join("; ", parts);
  }

  /** Removes what unfinished attempts at a plan have written; a published model stays. */
  public void discard(MergePlan plan, ObjectStore target, String prefix) {
    ObjectFolder folder = new ObjectFolder(target, prefix.isEmpty() ? "" : prefix + "/");
    ModelDraft.open(folder, plan.summary().digest(), ModelDraft.Existing.REFUSE).discard();
  }

  private static MergeResult result(
      MergePlan plan, String prefix, ModelDraft draft, int shardsKept, String device) {
    List<String> files = new ArrayList<>(draft.finished().keySet());
    files.add(ModelFiles.MANIFEST);
    return new MergeResult(
        prefix,
        files,
        plan.summary().tensors(),
        plan.summary().bytesOut(),
        shardsKept,
        plan.summary().digest(),
        device);
  }

  /**
   * The result of a plan as a model that is stored nowhere: its tensors are computed when they are
   * read. The caller closes it, before the engine.
   */
  public Model mergeInMemory(MergePlan plan, Cancellation cancellation) {
    TensorMerger merger = devices.choose(DeviceChoice.parse(plan.options().device())).merger();
    return new MergedModel(plan, opener(cancellation), merger, false, cancellation);
  }

  /**
   * The results of other plans get workers of their own: a worker that waited for one of its own
   * kind could wait for ever.
   */
  private ModelOpener opener(Cancellation cancellation) {
    return new ModelOpening(
        repository,
        stage ->
            new MergedModel(
                stage.plan(),
                opener(cancellation),
                CpuTensorMerger.forLocalFiles(1),
                true,
                cancellation));
  }

  /** Ends the workers. */
  @Override
  public void close() {
    devices.close();
  }
}
