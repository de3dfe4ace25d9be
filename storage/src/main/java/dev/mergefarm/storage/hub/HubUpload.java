package dev.mergefarm.storage.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.Model;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import okhttp3.MediaType;
import okhttp3.RequestBody;

/**
 * Uploads a model to a hub as one commit: large files go to the hub's large-file store first, then
 * a commit names them and carries the small ones. A repeated upload sends no large file twice.
 */
public final class HubUpload {

  /**
   * Where a model goes.
   *
   * @param repository such as {@code org/name}; made when it does not exist
   * @param revision the branch to commit to
   * @param hidden whether a repository made for it is private
   * @param summary first line of the commit's message
   */
  public record Target(String repository, String revision, boolean hidden, String summary) {}

  private static final MediaType JSON = MediaType.get("application/json");
  private static final MediaType LINES = MediaType.get("application/x-ndjson");
  private static final String ANY = "application/json";
  private static final int FILES_AT_ONCE = 200;
  private static final int SAMPLE = 512;
  private static final int SMALL_LIMIT = 64 << 20;

  private final HubRequests requests;
  private final Function<ObjectInfo, FileDigest> digests;
  private final ObjectFolder folder;
  private final Target target;

  private HubUpload(
      HubRequests requests,
      ObjectFolder folder,
      Target target,
      Function<ObjectInfo, FileDigest> digests) {
    this.requests = requests;
    this.folder = folder;
    this.target = target;
    this.digests = digests;
  }

  /**
   * Uploads all files of a model.
   *
   * @param listener told after each large file, in files and bytes of the stage {@code upload}
   * @return the commit's id
   * @throws MergefarmException with {@code HUB_DENIED} when the token may not write there
   */
  public static String push(
      HubClient hub,
      Model model,
      Target target,
      Cancellation cancellation,
      Progress.Listener listener) {
    HubClient.requireNames(target.repository(), target.revision());
    Set<String> names = new HashSet<>(model.files());
    List<ObjectInfo> files =
        model.folder().list().stream().filter(info -> names.contains(info.key())).toList();
    HubUpload upload =
        new HubUpload(
            hub.requests(), model.folder(), target, file -> Sha256.of(model.folder(), file));
    upload.createRepository();
    return upload.commit(files, cancellation, listener);
  }

  private void createRepository() {
    String[] parts = target.repository().split("/");
    ObjectNode body =
        JsonFiles.object()
            .put("type", "model")
            .put("organization", parts[0])
            .put("name", parts[1])
            .put("private", target.hidden());
    try {
      requests.post(
          "repository " + target.repository(),
          requests.address("api/repos/create"),
          json(body),
          ANY);
    } catch (MergefarmException failure) {
      if (!HubRequests.isConflict(failure)) {
        throw failure;
      }
    }
  }

  private String commit(
      List<ObjectInfo> files, Cancellation cancellation, Progress.Listener listener) {
    Set<String> large = largeFiles(files);
    List<FileDigest> sent = new ArrayList<>();
    long bytes = 0;
    long total = files.stream().mapToLong(ObjectInfo::size).sum();
    LargeFiles store = new LargeFiles(requests, folder, target.repository());
    for (ObjectInfo file : files) {
      cancellation.throwIfCancelled();
      if (large.contains(file.key())) {
        FileDigest digest = digests.apply(file);
        store.send(digest, cancellation);
        sent.add(digest);
        bytes += file.size();
        listener.onProgress(new Progress("upload", sent.size(), files.size(), bytes, total));
      }
    }
    JsonNode answer =
        requests.post(
            "commit to " + target.repository(),
            requests
                .address("api/models", target.repository(), "commit")
                .newBuilder()
                .addPathSegment(target.revision())
                .build(),
            RequestBody.create(lines(files, sent), LINES),
            ANY);
    listener.onProgress(new Progress("upload", files.size(), files.size(), total, total));
    return answer.path("commitOid").asText(answer.path("commitUrl").asText(target.revision()));
  }

  /** The hub decides by name and first bytes which files are large. */
  private Set<String> largeFiles(List<ObjectInfo> files) {
    Set<String> large = new HashSet<>();
    for (int start = 0; start < files.size(); start += FILES_AT_ONCE) {
      ObjectNode body = JsonFiles.object();
      ArrayNode list = body.putArray("files");
      for (ObjectInfo file : files.subList(start, Math.min(files.size(), start + FILES_AT_ONCE))) {
        byte[] sample = new byte[(int) Math.min(SAMPLE, file.size())];
        folder.read(file.key(), 0, java.lang.foreign.MemorySegment.ofArray(sample));
        list.addObject()
            .put("path", file.key())
            .put("size", file.size())
            .put("sample", Base64.getEncoder().encodeToString(sample));
      }
      JsonNode answer =
          requests.post(
              "upload to " + target.repository(),
              requests
                  .address("api/models", target.repository(), "preupload")
                  .newBuilder()
                  .addPathSegment(target.revision())
                  .build(),
              json(body),
              ANY);
      for (JsonNode file : answer.path("files")) {
        if (file.path("uploadMode").asText().equals("lfs")) {
          large.add(file.path("path").asText());
        }
      }
    }
    return large;
  }

  private byte[] lines(List<ObjectInfo> files, List<FileDigest> sent) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    ObjectNode header = JsonFiles.object().put("summary", target.summary()).put("description", "");
    add(lines, "header", header);
    Set<String> large = new HashSet<>();
    for (FileDigest file : sent) {
      large.add(file.name());
      add(
          lines,
          "lfsFile",
          JsonFiles.object()
              .put("path", file.name())
              .put("algo", "sha256")
              .put("oid", file.sha256())
              .put("size", file.bytes()));
    }
    long small = 0;
    for (ObjectInfo file : files) {
      if (!large.contains(file.key())) {
        small += file.size();
        if (small > SMALL_LIMIT) {
          throw new MergefarmException(
              ErrorCode.OBJECT_TOO_LARGE,
              "The files that the hub wants within the commit pass " + SMALL_LIMIT + " bytes.");
        }
        byte[] content = folder.readAll(file.key(), SMALL_LIMIT);
        add(
            lines,
            "file",
            JsonFiles.object()
                .put("path", file.key())
                .put("encoding", "base64")
                .put("content", Base64.getEncoder().encodeToString(content)));
      }
    }
    return lines.toByteArray();
  }

  private static void add(ByteArrayOutputStream lines, String key, ObjectNode value) {
    ObjectNode line = JsonFiles.object().put("key", key);
    line.set("value", value);
    lines.writeBytes(JsonFiles.writeCompact(line));
    lines.write('\n');
  }

  private static RequestBody json(ObjectNode body) {
    return RequestBody.create(JsonFiles.writeCompact(body), JSON);
  }
}
