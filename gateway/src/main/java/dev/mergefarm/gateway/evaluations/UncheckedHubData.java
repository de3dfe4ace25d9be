package dev.mergefarm.gateway.evaluations;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.data.DataFile;
import dev.mergefarm.eval.data.DataFiles;
import dev.mergefarm.eval.data.HubDataFiles;
import dev.mergefarm.storage.hub.HubClient;
import java.util.List;
import java.util.Optional;

/**
 * Data sets of the hub: whether they are there, and none of their rows. A gateway that answers
 * within seconds does not download data; the worker does.
 */
final class UncheckedHubData implements DataFiles {

  private final DataFiles files;
  private volatile boolean asked;

  UncheckedHubData(Optional<HubClient> hub) {
    this.files = hub.<DataFiles>map(HubDataFiles::new).orElse(DataFiles.NONE);
  }

  /** Whether the tasks cannot be checked any further without downloading their data. */
  boolean asked() {
    return asked;
  }

  @Override
  public List<DataFile> find(String pattern) {
    return files.find(pattern).stream().map(this::unread).toList();
  }

  private DataFile unread(DataFile file) {
    return new DataFile(
        file.name(),
        Optional.empty(),
        () -> {
          asked = true;
          throw new MergefarmException(
              ErrorCode.DATA_NOT_FOUND, "The gateway does not download " + file.name() + ".");
        });
  }
}
