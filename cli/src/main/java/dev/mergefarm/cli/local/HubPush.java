package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.hub.HubUpload;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder with a model on its way to the hub. */
public final class HubPush {

  private static final String CARD = "README.md";

  private final HubClient hub;
  private final Path folder;

  /**
   * @param hub with a token that may write
   * @throws dev.mergefarm.common.MergefarmException with {@code MODEL_NOT_FOUND} for a folder that
   *     holds no model
   */
  public HubPush(HubClient hub, Path folder) throws IOException {
    ModelFolder.files(folder);
    this.hub = hub;
    this.folder = folder.toAbsolutePath().normalize();
  }

  /** What the user may want to know before others see the model. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!Files.isRegularFile(folder.resolve(CARD))) {
      warnings.add(folder + " has no card (" + CARD + "); the hub will show none");
    }
    return warnings;
  }

  /**
   * Uploads every file of the folder, its headers checked first.
   *
   * @return the commit's id
   */
  public String to(HubUpload.Target target, Progress.Listener progress, Cancellation cancellation) {
    try (Model model =
        DefaultModelRepository.builder()
            .localPaths(folder)
            .build()
            .open(ModelReference.ofPath(folder.toString()))) {
      model.tensors();
      return HubUpload.push(hub, model, target, cancellation, progress);
    }
  }
}
