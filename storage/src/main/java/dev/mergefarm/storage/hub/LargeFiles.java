package dev.mergefarm.storage.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.manifest.FileDigest;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;

/** A repository's large-file store (Git LFS with the hub's extension for parts). */
final class LargeFiles {

  private static final String TYPE = "application/vnd.git-lfs+json";

  private final HubRequests requests;
  private final ObjectFolder folder;
  private final String repository;

  LargeFiles(HubRequests requests, ObjectFolder folder, String repository) {
    this.requests = requests;
    this.folder = folder;
    this.repository = repository;
  }

  /** Sends a file unless the store has one of that digest. */
  void send(FileDigest file, Cancellation cancellation) {
    ObjectNode body = JsonFiles.object().put("operation", "upload").put("hash_algo", "sha256");
    body.putArray("transfers").add("basic").add("multipart");
    body.putArray("objects").addObject().put("oid", file.sha256()).put("size", file.bytes());
    JsonNode answer =
        requests.post(
            "upload of '" + file.name() + "'",
            requests.address(repository + ".git", "info/lfs/objects/batch"),
            json(body),
            TYPE);
    JsonNode object = answer.path("objects").path(0);
    if (object.has("error")) {
      throw new MergefarmException(
          ErrorCode.HUB_DENIED,
          "The hub does not take '%s': %s"
              .formatted(file.name(), object.path("error").path("message").asText()));
    }
    JsonNode upload = object.path("actions").path("upload");
    if (upload.has("href")) {
      JsonNode header = upload.path("header");
      if (header.has("chunk_size")) {
        sendParts(file, upload.path("href").asText(), header, cancellation);
      } else {
        put(file, upload.path("href").asText(), header, 0, file.bytes());
      }
      verify(file, object.path("actions").path("verify"));
    }
  }

  /** The header holds an address for each part, by its number. */
  private void sendParts(
      FileDigest file, String completion, JsonNode header, Cancellation cancellation) {
    long partSize = header.path("chunk_size").asLong();
    Map<Integer, String> addresses = new TreeMap<>();
    header
        .properties()
        .forEach(
            entry -> {
              if (entry.getKey().matches("\\d{1,6}")) {
                addresses.put(Integer.parseInt(entry.getKey()), entry.getValue().asText());
              }
            });
    if (partSize <= 0 || addresses.size() != Math.ceilDiv(file.bytes(), partSize)) {
      throw new MergefarmException(
          ErrorCode.HUB_UNAVAILABLE, "The hub's parts do not make up '" + file.name() + "'.");
    }
    ObjectNode body = JsonFiles.object().put("oid", file.sha256());
    ArrayNode parts = body.putArray("parts");
    long offset = 0;
    for (Map.Entry<Integer, String> part : addresses.entrySet()) {
      cancellation.throwIfCancelled();
      long length = Math.min(partSize, file.bytes() - offset);
      String tag = put(file, part.getValue(), JsonFiles.object(), offset, length);
      parts.addObject().put("partNumber", part.getKey()).put("etag", tag);
      offset += length;
    }
    requests.post("upload of '" + file.name() + "'", HttpUrl.get(completion), json(body), TYPE);
  }

  private String put(FileDigest file, String address, JsonNode header, long offset, long length) {
    Request.Builder request =
        new Request.Builder().url(address).put(new FolderBody(folder, file.name(), offset, length));
    header.properties().forEach(entry -> request.header(entry.getKey(), entry.getValue().asText()));
    return requests.send(
        "upload of '" + file.name() + "'", request.build(), answer -> answer.header("ETag", ""));
  }

  private void verify(FileDigest file, JsonNode verify) {
    if (verify.has("href")) {
      ObjectNode body = JsonFiles.object().put("oid", file.sha256()).put("size", file.bytes());
      Request.Builder request =
          new Request.Builder()
              .url(verify.path("href").asText())
              .header("Accept", TYPE)
              .post(json(body));
      verify
          .path("header")
          .properties()
          .forEach(entry -> request.header(entry.getKey(), entry.getValue().asText()));
      requests.send(
          "verification of '" + file.name() + "'", request.build(), answer -> answer.code());
    }
  }

  private static RequestBody json(ObjectNode body) {
    return RequestBody.create(JsonFiles.writeCompact(body), MediaType.get(TYPE));
  }
}
