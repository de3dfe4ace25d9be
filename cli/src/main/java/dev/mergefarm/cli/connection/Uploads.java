package dev.mergefarm.cli.connection;

import dev.mergefarm.proto.v1.ImportTasksHeader;
import dev.mergefarm.proto.v1.ImportTasksRequest;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.proto.v1.PutModelHeader;
import dev.mergefarm.proto.v1.PutModelRequest;
import dev.mergefarm.proto.v1.TaskBundle;
import dev.mergefarm.proto.v1.TaskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.function.LongConsumer;

/** Sends models and task bundles to a farm. */
public final class Uploads {

  private Uploads() {}

  /**
   * Stores a model.
   *
   * @param files name within the model to file on this machine
   */
  public static Model putModel(
      FarmConnection farm, String reference, SortedMap<String, Path> files, LongConsumer sent)
      throws IOException, InterruptedException {
    PutModelHeader.Builder header = PutModelHeader.newBuilder().setReference(reference);
    files.forEach(
        (name, path) ->
            header.addFiles(ModelFile.newBuilder().setName(name).setBytes(sizeOf(path))));
    ChunkedUpload<PutModelRequest, Model> upload = new ChunkedUpload<>();
    farm.modelUploads().putModel(upload);
    return upload.send(
        PutModelRequest.newBuilder().setHeader(header).build(),
        List.copyOf(files.values()),
        chunk -> PutModelRequest.newBuilder().setChunk(chunk).build(),
        sent);
  }

  /**
   * Stores a task bundle; a repeat of the same content is no error.
   *
   * @param files name within the bundle to file on this machine
   */
  public static TaskBundle importTasks(
      FarmConnection farm, String reference, SortedMap<String, Path> files)
      throws IOException, InterruptedException {
    ImportTasksHeader.Builder header = ImportTasksHeader.newBuilder().setReference(reference);
    files.forEach(
        (name, path) ->
            header.addFiles(TaskFile.newBuilder().setName(name).setBytes(sizeOf(path))));
    ChunkedUpload<ImportTasksRequest, TaskBundle> upload = new ChunkedUpload<>();
    farm.taskUploads().importTasks(upload);
    return upload.send(
        ImportTasksRequest.newBuilder().setHeader(header).build(),
        List.copyOf(files.values()),
        chunk -> ImportTasksRequest.newBuilder().setChunk(chunk).build(),
        bytes -> {});
  }

  private static long sizeOf(Path path) {
    try {
      return Files.size(path);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
