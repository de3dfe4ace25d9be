package dev.mergefarm.storage.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.JsonFiles;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * Which file of a sharded model holds which tensor, as {@code *.index.json} says. The same file
 * format serves safetensors and torch shards.
 *
 * @param totalSize the stated sum of tensor lengths in bytes, when there is one
 * @param weightMap file names by tensor name, in the order of the file
 */
public record ShardIndex(OptionalLong totalSize, SequencedMap<String, String> weightMap) {

  public ShardIndex {
    weightMap = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(weightMap));
  }

  /** The files named, each once, in the order of their first mention. */
  public SequencedSet<String> files() {
    return new LinkedHashSet<>(weightMap.values());
  }

  /**
   * Parses an index.
   *
   * @param name the index file's name, for messages
   * @throws MergefarmException with {@code MALFORMED_JSON} and every fault
   */
  public static ShardIndex parse(String name, byte[] content) {
    ObjectNode root = JsonFiles.parseObject(name, content);
    Problems problems = new Problems();
    SequencedMap<String, String> weightMap = new LinkedHashMap<>();
    if (root.get("weight_map") instanceof ObjectNode map) {
      for (Map.Entry<String, JsonNode> entry : map.properties()) {
        if (entry.getValue().isTextual() && isPlainName(entry.getValue().textValue())) {
          weightMap.put(entry.getKey(), entry.getValue().textValue());
        } else {
          problems.error(
              ErrorCode.MALFORMED_JSON,
              LayoutCheck.path(name, entry.getKey()),
              "The value must be the name of a file beside the index.");
        }
      }
    } else {
      problems.error(ErrorCode.MALFORMED_JSON, name, "The object 'weight_map' is missing.");
    }
    problems.throwIfErrors();
    JsonNode size = root.path("metadata").path("total_size");
    OptionalLong totalSize =
        size.isNumber() && size.canConvertToLong()
            ? OptionalLong.of(size.longValue())
            : OptionalLong.empty();
    return new ShardIndex(totalSize, weightMap);
  }

  /** The index as a file: two-space indentation, names in the order of the map. */
  public byte[] toJson() {
    ObjectNode root = JsonFiles.object();
    ObjectNode metadata = root.putObject("metadata");
    totalSize.ifPresent(size -> metadata.put("total_size", size));
    ObjectNode map = root.putObject("weight_map");
    weightMap.forEach(map::put);
    return JsonFiles.write(root);
  }

  /** An index must not lead a reader out of the model's folder. */
  private static boolean isPlainName(String file) {
    return !file.isEmpty()
        && file.length() <= 255
        && file.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c))
        && !List.of(".", "..").contains(file);
  }
}
