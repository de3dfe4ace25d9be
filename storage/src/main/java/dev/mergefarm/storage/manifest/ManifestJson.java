package dev.mergefarm.storage.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.JsonFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The manifest as a file. Equal manifests have equal bytes. */
public final class ManifestJson {

  private static final int SCHEMA = 1;

  private ManifestJson() {}

  public static byte[] write(Manifest manifest) {
    ObjectNode root = JsonFiles.object();
    root.put("schema", SCHEMA);
    root.put("engine", manifest.engine());
    manifest.plan().ifPresent(plan -> root.put("plan", plan));
    manifest.origin().ifPresent(origin -> root.put("origin", origin));
    manifest.seed().ifPresent(seed -> root.put("seed", seed));
    manifest.recipe().ifPresent(recipe -> root.put("recipe", recipe));
    ArrayNode inputs = root.putArray("inputs");
    for (ManifestInput input : manifest.inputs()) {
      ObjectNode entry = inputs.addObject();
      entry.put("model", input.model());
      writeFiles(entry.putArray("files"), input.files());
    }
    writeFiles(root.putArray("outputs"), manifest.outputs());
    return JsonFiles.write(root);
  }

  /**
   * Reads a manifest.
   *
   * @throws MergefarmException with {@code MALFORMED_JSON} for anything that {@link #write} would
   *     not have written, or for a newer schema
   */
  public static Manifest read(byte[] content) {
    ObjectNode root = JsonFiles.parseObject(Manifest.FILE, content);
    if (root.path("schema").asInt() != SCHEMA) {
      throw malformed("schema", "must be " + SCHEMA + "; a newer version may have written it");
    }
    try {
      List<ManifestInput> inputs = new ArrayList<>();
      for (JsonNode entry : list(root, "inputs")) {
        inputs.add(new ManifestInput(text(entry, "model"), readFiles(entry, "files")));
      }
      return new Manifest(
          text(root, "engine"),
          optionalText(root, "plan"),
          optionalText(root, "origin"),
          optionalText(root, "recipe"),
          root.path("seed").canConvertToLong()
              ? OptionalLong.of(root.get("seed").longValue())
              : OptionalLong.empty(),
          inputs,
          readFiles(root, "outputs"));
    } catch (IllegalArgumentException invalid) {
      throw malformed("", invalid.getMessage());
    }
  }

  private static void writeFiles(ArrayNode target, List<FileDigest> files) {
    for (FileDigest file : files) {
      target
          .addObject()
          .put("name", file.name())
          .put("bytes", file.bytes())
          .put("sha256", file.sha256());
    }
  }

  private static List<FileDigest> readFiles(JsonNode parent, String key) {
    List<FileDigest> files = new ArrayList<>();
    for (JsonNode entry : list(parent, key)) {
      JsonNode bytes = entry.path("bytes");
      if (!bytes.isIntegralNumber() || !bytes.canConvertToLong()) {
        throw malformed(key, "must give each file's length in bytes");
      }
      files.add(new FileDigest(text(entry, "name"), bytes.longValue(), text(entry, "sha256")));
    }
    return files;
  }

  private static JsonNode list(JsonNode parent, String key) {
    JsonNode list = parent.path(key);
    if (!list.isArray()) {
      throw malformed(key, "must be a list");
    }
    return list;
  }

  private static String text(JsonNode parent, String key) {
    return optionalText(parent, key).orElseThrow(() -> malformed(key, "must be a text"));
  }

  private static Optional<String> optionalText(JsonNode parent, String key) {
    return Optional.ofNullable(parent.path(key).textValue());
  }

  private static MergefarmException malformed(String key, String message) {
    return new MergefarmException(
        List.of(
            new Problem(
                ErrorCode.MALFORMED_JSON,
                Problem.Severity.ERROR,
                key.isEmpty() ? Manifest.FILE : Manifest.FILE + ": " + key,
                "The manifest's entry " + message + ".",
                Optional.empty())));
  }
}
