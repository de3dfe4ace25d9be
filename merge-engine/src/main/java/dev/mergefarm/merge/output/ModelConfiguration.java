package dev.mergefarm.merge.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.storage.tensor.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** The output's config.json: the donor's with what the merge changed. */
public final class ModelConfiguration {

  private static final String TIED = "tie_word_embeddings";
  private static final Pattern PER_LAYER = Pattern.compile("layer|block");

  private final ObjectNode root;

  public ModelConfiguration(ObjectNode donor) {
    this.root = donor.deepCopy();
  }

  public ObjectNode json() {
    return root.deepCopy();
  }

  /** Sets the type, and where the donor used the older name for it, under that name too. */
  public void dataType(DataType type) {
    String name =
        switch (type) {
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          default -> throw new IllegalArgumentException("no model is of type " + type);
        };
    root.put("dtype", name);
    if (root.has("torch_dtype")) {
      root.put("torch_dtype", name);
    }
  }

  /** Sets a number under a key with dots between levels; says whether the donor had the key. */
  public boolean number(String dottedKey, long value) {
    int dot = dottedKey.lastIndexOf('.');
    ObjectNode parent = root;
    if (dot >= 0) {
      for (String part : dottedKey.substring(0, dot).split("\\.")) {
        if (!(parent.get(part) instanceof ObjectNode child)) {
          return false;
        }
        parent = child;
      }
    }
    String key = dottedKey.substring(dot + 1);
    boolean had = parent.has(key);
    parent.put(key, value);
    return had;
  }

  /** The number under a key with dots between levels; -1 when there is none. */
  public long number(String dottedKey) {
    return at(dottedKey).asLong(-1);
  }

  /**
   * Says that the output head is not the embeddings; true when the donor said that it is, for the
   * model or for its text part.
   */
  public boolean untie() {
    boolean untied = false;
    for (JsonNode part : List.of(root, root.path("text_config"))) {
      if (part.path(TIED).asBoolean(false)) {
        ((ObjectNode) part).put(TIED, false);
        untied = true;
      }
    }
    return untied;
  }

  /**
   * Replaces lists with one entry for each layer, such as {@code layer_types}.
   *
   * @param layersKey where the number of layers is said, dots between levels; the lists stand
   *     beside it
   * @param layers the donor's number of layers
   * @param entry for a list's key and an output layer, the entry of the layer it is made from, if
   *     that is known
   * @return keys of lists that could not be replaced
   */
  public List<String> perLayer(
      String layersKey,
      int layers,
      int outputLayers,
      BiFunction<String, Integer, Optional<JsonNode>> entry) {
    int dot = layersKey.lastIndexOf('.');
    JsonNode parent = dot < 0 ? root : at(layersKey.substring(0, dot));
    String prefix = layersKey.substring(0, dot + 1);
    List<String> stale = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : List.copyOf(parent.properties())) {
      boolean listed = PER_LAYER.matcher(field.getKey()).find() && field.getValue().isArray();
      if (!listed || field.getValue().size() != layers) {
        continue;
      }
      ArrayNode replaced = root.arrayNode();
      for (int layer = 0; layer < outputLayers; layer++) {
        entry.apply(prefix + field.getKey(), layer).ifPresent(replaced::add);
      }
      if (replaced.size() == outputLayers) {
        ((ObjectNode) parent).set(field.getKey(), replaced);
      } else {
        stale.add(prefix + field.getKey());
      }
    }
    return stale;
  }

  private JsonNode at(String dottedKey) {
    JsonNode node = root;
    for (String part : dottedKey.split("\\.")) {
      node = node.path(part);
    }
    return node;
  }
}
