package dev.mergefarm.storage.model;

/**
 * A model as a user names it: {@code models/name} (a key prefix of the farm's own store), {@code
 * s3://bucket/prefix}, or a local path.
 *
 * @param text the reference as written
 */
public record ModelReference(String text) {}
