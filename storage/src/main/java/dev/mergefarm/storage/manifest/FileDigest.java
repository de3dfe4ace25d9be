package dev.mergefarm.storage.manifest;

import java.util.regex.Pattern;

/**
 * One file by content.
 *
 * @param name relative to its model's folder
 * @param bytes its length
 * @param sha256 SHA-256 of its content, 64 lower-case hexadecimal digits
 */
public record FileDigest(String name, long bytes, String sha256) {

  private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{64}");

  public FileDigest {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name must not be empty");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must be 0 or more, found " + bytes);
    }
    if (!HEXADECIMAL.matcher(sha256).matches()) {
      throw new IllegalArgumentException("sha256 must be 64 hexadecimal digits");
    }
  }
}
