package dev.mergefarm.merge;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.PlannedModel;
import dev.mergefarm.merge.plan.PlannedTensor;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.manifest.DigestCache;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestInput;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes the digests of a plan's input files on a thread of its own while the merge runs. Closing it
 * makes it stop at the next file.
 */
final class InputDigests implements AutoCloseable {

  private final FutureTask<List<ManifestInput>> task;
  private volatile boolean stopped;

  InputDigests(MergePlan plan, List<Model> models, Optional<DigestCache> cache) {
    Callable<List<ManifestInput>> work = () -> digests(plan, models, cache);
    task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name("input-digests").start(task);
  }

  /** The digests, waiting for those that are not there yet. */
  List<ManifestInput> await(Cancellation cancellation) {
    try {
      while (!task.isDone()) {
        cancellation.throwIfCancelled();
        try {
          return task.get(50, TimeUnit.MILLISECONDS);
        } catch (TimeoutException later) {
          continue;
        }
      }
      return task.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(ErrorCode.CANCELLED, "The work was interrupted.", interrupted);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof MergefarmException known) {
        throw known;
      }
      throw new MergefarmException(
          ErrorCode.INTERNAL, "The digests of the inputs failed.", failure.getCause());
    }
  }

  private List<ManifestInput> digests(
      MergePlan plan, List<Model> models, Optional<DigestCache> cache) {
    List<TreeSet<String>> files = filesRead(plan);
    List<ManifestInput> inputs = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      switch (plan.models().get(i)) {
        case PlannedModel.Stage stage ->
            inputs.add(
                new ManifestInput(
                    stage.label(),
                    List.of(new FileDigest("plan", 0, stage.plan().summary().digest()))));
        case PlannedModel.Referenced _,
            PlannedModel.Adapter _,
            PlannedModel.Companion _,
            PlannedModel.File _,
            PlannedModel.TokenizerOnly _ ->
            inputs.add(
                new ManifestInput(
                    plan.models().get(i).label(), digests(models.get(i), files.get(i), cache)));
      }
    }
    return inputs;
  }

  private List<FileDigest> digests(
      Model model, TreeSet<String> files, Optional<DigestCache> cache) {
    Optional<Manifest> manifest = model.file(ModelFiles.MANIFEST).map(ManifestJson::read);
    List<FileDigest> digests = new ArrayList<>();
    for (ObjectInfo info : listed(model)) {
      if (stopped) {
        throw new MergefarmException(ErrorCode.CANCELLED, "The work was cancelled.");
      }
      if (files.contains(info.key())) {
        digests.add(
            cache.isPresent()
                ? cache.get().of(model.folder(), info, manifest)
                : stated(info, manifest).orElseGet(() -> Sha256.of(model.folder(), info)));
      }
    }
    return digests;
  }

  /** A single file stands among others that are no part of it. */
  private static List<ObjectInfo> listed(Model model) {
    return model instanceof StateFile
        ? model.files().stream().flatMap(name -> model.folder().find(name).stream()).toList()
        : model.folder().list();
  }

  /** What the model's own manifest says of a file, if the file is as long as it says. */
  private static Optional<FileDigest> stated(ObjectInfo info, Optional<Manifest> manifest) {
    return manifest
        .flatMap(known -> known.output(info.key()))
        .filter(digest -> digest.bytes() == info.size());
  }

  /** For each model the files that its configuration and the tensors that are read lie in. */
  private static List<TreeSet<String>> filesRead(MergePlan plan) {
    List<TreeSet<String>> files = new ArrayList<>();
    for (int i = 0; i < plan.models().size(); i++) {
      files.add(new TreeSet<>(List.of(ModelFiles.CONFIG, "adapter_config.json")));
    }
    for (PlannedTensor tensor : plan.tensors()) {
      for (PlannedTensor.Input input : tensor.inputs()) {
        collect(input.origin(), files);
        input.companion().ifPresent(companion -> collect(companion, files));
      }
    }
    return files;
  }

  private static void collect(TensorOrigin origin, List<TreeSet<String>> files) {
    switch (origin) {
      case TensorOrigin.Stored stored -> files.get(stored.source()).add(stored.info().file());
      case TensorOrigin.Joined joined -> joined.parts().forEach(part -> collect(part, files));
      case TensorOrigin.Gathered gathered ->
          gathered.matrices().forEach(matrix -> collect(matrix, files));
      case TensorOrigin.Adapted adapted -> {
        collect(adapted.weight(), files);
        collect(adapted.update().down(), files);
        collect(adapted.update().up(), files);
      }
      case TensorOrigin.Shifted shifted -> {
        collect(shifted.weight(), files);
        collect(shifted.change(), files);
      }
      case TensorOrigin.Varied varied -> collect(varied.weight(), files);
      case TensorOrigin.Given _ -> {
        // The plan holds it.
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
  }
}
