package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.hub.HubMirror;
import dev.mergefarm.storage.hub.HubModel;
import dev.mergefarm.storage.model.ModelCatalog;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A model of the hub, shown from its headers or copied into a folder. */
public final class HubDownload {

  private final HubClient hub;
  private final ModelReference reference;
  private final HubModel model;

  private HubDownload(HubClient hub, ModelReference reference, HubModel model) {
    this.hub = hub;
    this.reference = reference;
    this.model = model;
  }

  /**
   * Looks the model up.
   *
   * @throws MergefarmException with {@code MODEL_NOT_FOUND}, {@code HUB_DENIED} or {@code
   *     HUB_UNAVAILABLE}
   */
  public static HubDownload find(HubClient hub, ModelReference reference) {
    String revision = reference.revision().orElse(HubClient.DEFAULT_REVISION);
    return new HubDownload(hub, reference, hub.model(reference.path(), revision));
  }

  /**
   * Copies the files that make the model, checked against the hub's digests. A download that was
   * broken off goes on where the folder is named again.
   *
   * @param folder new, empty, or left by such a download
   */
  public void into(Path folder, Progress.Listener progress, Cancellation cancellation)
      throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    if (target.getParent() == null
        || Files.isRegularFile(target.resolve("config.json"))
            && !Files.isDirectory(target.resolve(".mergefarm"))) {
      throw new MergefarmException(
          ErrorCode.MODEL_EXISTS, folder + " holds a model already; name a new folder");
    }
    Files.createDirectories(target.getParent());
    try (ObjectStore store = new LocalObjectStore(target.getParent())) {
      new HubMirror(hub, store, MergeSettings.ENGINE)
          .copy(model, new ObjectFolder(store, target.getFileName() + "/"), cancellation, progress);
    }
  }

  /** The model at its commit, as a farm would describe it. */
  public Model description() {
    ModelReference pinned =
        new ModelReference(reference.path(), Optional.of(model.commit()), Optional.empty());
    List<ObjectInfo> files =
        HubMirror.files(model).stream()
            .map(file -> new ObjectInfo(file.path(), file.size(), ""))
            .toList();
    ModelSummary summary =
        ModelCatalog.summarize(pinned.text(), new ObjectFolder(hub.store(model), ""), files);
    Model.Builder description =
        Model.newBuilder()
            .setReference(summary.name())
            .setArchitecture(summary.architecture().orElse(""))
            .setParameters(summary.parameters())
            .setTensors(summary.tensors())
            .setBytes(summary.bytes());
    summary.dataTypes().forEach(type -> description.addDataTypes(type.name()));
    files.forEach(
        file ->
            description.addFiles(ModelFile.newBuilder().setName(file.key()).setBytes(file.size())));
    return description.build();
  }
}
