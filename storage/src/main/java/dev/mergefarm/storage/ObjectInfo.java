package dev.mergefarm.storage;

/**
 * What a store says of one object.
 *
 * @param key its whole key, with {@code /} between parts and none at the start
 * @param size its length in bytes
 * @param entityTag a value that changes whenever the content does; opaque
 */
public record ObjectInfo(String key, long size, String entityTag) {}
