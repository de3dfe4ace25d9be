package dev.mergefarm.cli.connection;

import dev.mergefarm.cli.local.Folders;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelChunk;
import dev.mergefarm.proto.v1.ReadModelRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.LongConsumer;

/** Copies a farm's model into a folder: whole, or nothing under the folder's name. */
public final class ModelDownload {

  private final FarmConnection farm;
  private final Model model;

  public ModelDownload(FarmConnection farm, Model model) {
    this.farm = farm;
    this.model = model;
  }

  /**
   * @param folder created; must not exist yet
   * @param progress told the bytes received so far
   */
  public void into(Path folder, LongConsumer progress) throws IOException {
    if (Files.exists(folder)) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, folder + " exists already; name a new folder");
    }
    Path parent = folder.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Path partial = Files.createTempDirectory(parent, "." + folder.getFileName() + "-");
    try {
      receive(partial, progress);
      Files.move(partial, folder);
    } catch (IOException | RuntimeException failure) {
      Folders.removeTree(partial);
      throw failure;
    }
  }

  private void receive(Path folder, LongConsumer progress) throws IOException {
    Iterator<ModelChunk> chunks =
        farm.modelDownloads()
            .readModel(ReadModelRequest.newBuilder().setReference(model.getReference()).build());
    String open = "";
    OutputStream file = OutputStream.nullOutputStream();
    long done = 0;
    try {
      while (chunks.hasNext()) {
        ModelChunk chunk = chunks.next();
        if (!chunk.getFile().equals(open)) {
          file.close();
          open = chunk.getFile();
          file = Files.newOutputStream(within(folder, open));
        }
        chunk.getContent().writeTo(file);
        done += chunk.getContent().size();
        progress.accept(done);
      }
    } finally {
      file.close();
    }
    if (done != model.getBytes()) {
      throw new IOException(
          "%s has %d bytes but %d arrived".formatted(model.getReference(), model.getBytes(), done));
    }
  }

  private static Path within(Path folder, String name) throws IOException {
    Path file = folder.resolve(name).normalize();
    if (!file.startsWith(folder)) {
      throw new IOException("the farm named a file outside of the model: " + name);
    }
    Files.createDirectories(file.getParent());
    return file;
  }
}
