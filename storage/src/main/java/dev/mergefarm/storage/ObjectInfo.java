package dev.mergefarm.storage;

import java.util.Objects;

/**
 * What a store says of one object.
 *
 * @param key its whole key, with {@code /} between parts and none at the start
 * @param size its length in bytes
 * @param entityTag a value that changes whenever the content does; opaque
 */
public record ObjectInfo(String key, long size, String entityTag) {

  public ObjectInfo {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(entityTag, "entityTag");
    if (size < 0) {
      throw new IllegalArgumentException("size must be 0 or more, found " + size);
    }
  }
}
