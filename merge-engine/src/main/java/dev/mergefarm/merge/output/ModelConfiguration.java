package dev.mergefarm.merge.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.storage.tensor.DataType;

/** The output's config.json: the donor's with what the merge changed. */
public final class ModelConfiguration {

  private final ObjectNode root;

  public ModelConfiguration(ObjectNode donor) {
    this.root = donor.deepCopy();
  }

  public ObjectNode json() {
    return root.deepCopy();
  }

  /**
   * Sets the type under both names that readers know, where the donor used them; else under the
   * newer one.
   */
  public void dataType(DataType type) {
    String name =
        switch (type) {
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          default -> throw new IllegalArgumentException("no model is of type " + type);
        };
    boolean older = root.has("torch_dtype");
    if (older) {
      root.put("torch_dtype", name);
    }
    if (!older || root.has("dtype")) {
      root.put("dtype", name);
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
    JsonNode node = root;
    for (String part : dottedKey.split("\\.")) {
      node = node.path(part);
    }
    return node.asLong(-1);
  }

  public boolean flag(String key) {
    return root.path(key).asBoolean(false);
  }

  public void flag(String key, boolean value) {
    root.put(key, value);
  }

  public void architecture(String className) {
    root.putArray("architectures").add(className);
  }
}
