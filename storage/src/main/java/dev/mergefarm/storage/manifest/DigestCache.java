package dev.mergefarm.storage.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Digests of input files, so that a file is read whole for its digest at most once: taken from the
 * manifest beside the file, else from what this cache noted for the same place, length and entity
 * tag, else computed and noted. Safe for many threads.
 */
public final class DigestCache {

  private static final String PREFIX = "digests/";
  private static final int RECORD_LIMIT = 4096;

  private final ObjectStore store;

  /**
   * @param store keeps the notes, under {@code digests/}
   */
  public DigestCache(ObjectStore store) {
    this.store = store;
  }

  /**
   * The digest of one file.
   *
   * @param file as the folder lists it
   * @param manifest of the model in that folder, when it has one
   */
  public FileDigest of(ObjectFolder folder, ObjectInfo file, Optional<Manifest> manifest) {
    Optional<FileDigest> stated =
        manifest
            .flatMap(known -> known.output(file.key()))
            .filter(digest -> digest.bytes() == file.size());
    if (stated.isPresent()) {
      return stated.get();
    }
    String note = PREFIX + Sha256.of(place(folder, file).getBytes(StandardCharsets.UTF_8));
    Optional<FileDigest> noted = read(note, file);
    if (noted.isPresent()) {
      return noted.get();
    }
    FileDigest computed = Sha256.of(folder, file);
    byte[] content =
        JsonFiles.write(
            JsonFiles.object()
                .put("entityTag", file.entityTag())
                .put("bytes", file.size())
                .put("sha256", computed.sha256()));
    store.put(note, content);
    return computed;
  }

  private static String place(ObjectFolder folder, ObjectInfo file) {
    return folder.location() + "/" + file.key();
  }

  private Optional<FileDigest> read(String note, ObjectInfo file) {
    if (store.find(note).isEmpty()) {
      return Optional.empty();
    }
    try {
      JsonNode content = JsonFiles.parseObject(note, store.readAll(note, RECORD_LIMIT));
      boolean same =
          file.entityTag().equals(content.path("entityTag").textValue())
              && content.path("bytes").longValue() == file.size();
      return same
          ? Optional.of(new FileDigest(file.key(), file.size(), content.path("sha256").asText()))
          : Optional.empty();
    } catch (MergefarmException | IllegalArgumentException unusable) {
      return Optional.empty();
    }
  }
}
