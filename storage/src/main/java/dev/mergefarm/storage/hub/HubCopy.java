package dev.mergefarm.storage.hub;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.hub.HubModel.HubFile;
import java.util.List;

/** Counts what is copied, tells of it, and stops when asked to. Not thread safe. */
final class HubCopy {

  private final Cancellation cancellation;
  private final Progress.Listener listener;
  private final long totalFiles;
  private final long totalBytes;
  private long files;
  private long bytes;

  HubCopy(List<HubFile> wanted, Cancellation cancellation, Progress.Listener listener) {
    this.cancellation = cancellation;
    this.listener = listener;
    this.totalFiles = wanted.size();
    this.totalBytes = wanted.stream().mapToLong(HubFile::size).sum();
  }

  /** A file is there already. */
  void skip(long size) {
    bytes += size;
    finish();
  }

  /** A block of a file is copied. */
  void advance(long size) {
    bytes += size;
    tell();
    cancellation.throwIfCancelled();
  }

  /** A file is complete. */
  void finish() {
    files++;
    tell();
  }

  private void tell() {
    listener.onProgress(new Progress("mirror", files, totalFiles, bytes, totalBytes));
  }
}
