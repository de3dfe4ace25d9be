package dev.mergefarm.cli.connection;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.proto.v1.JobFile;
import dev.mergefarm.proto.v1.JobFileChunk;
import dev.mergefarm.proto.v1.ListJobFilesRequest;
import dev.mergefarm.proto.v1.ReadJobFileRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.List;

/** Copies what a job left in a farm's store into a folder. */
public final class JobFilesDownload {

  private final FarmConnection farm;
  private final String job;

  public JobFilesDownload(FarmConnection farm, String job) {
    this.farm = farm;
    this.job = job;
  }

  /** The job's files, by name; none before it has succeeded. */
  public List<JobFile> list() {
    return farm.jobs()
        .listJobFiles(ListJobFilesRequest.newBuilder().setId(job).build())
        .getFilesList();
  }

  /**
   * Copies one file; what had that name before is replaced once the copy is whole.
   *
   * @param folder made where it does not exist
   */
  public Path into(Path folder, JobFile file) throws IOException {
    Files.createDirectories(folder);
    Path target = folder.resolve(file.getName()).normalize();
    if (!folder.normalize().equals(target.getParent())) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, "the farm named a file with a path: " + file.getName());
    }
    Path partial = Files.createTempFile(folder, "." + file.getName(), ".part");
    try {
      receive(partial, file);
      return Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private void receive(Path target, JobFile file) throws IOException {
    Iterator<JobFileChunk> chunks =
        farm.watching()
            .readJobFile(
                ReadJobFileRequest.newBuilder().setId(job).setFile(file.getName()).build());
    long done = 0;
    try (OutputStream out = Files.newOutputStream(target)) {
      while (chunks.hasNext()) {
        JobFileChunk chunk = chunks.next();
        chunk.getContent().writeTo(out);
        done += chunk.getContent().size();
      }
    }
    if (done != file.getBytes()) {
      throw new IOException(
          "%s has %d bytes but %d arrived".formatted(file.getName(), file.getBytes(), done));
    }
  }
}
