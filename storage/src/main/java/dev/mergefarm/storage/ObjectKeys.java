package dev.mergefarm.storage;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * The keys that every store accepts: 1 to 1024 bytes of UTF-8, parts of 1 to 255 bytes between
 * single {@code /}, no part {@code .} or {@code ..}, no control character, no backslash, and no
 * part that looks like an unfinished upload of {@link LocalObjectStore}.
 */
public final class ObjectKeys {

  /** Order of keys in listings: by their bytes in UTF-8, as S3 lists them. */
  public static final Comparator<String> ORDER =
      (left, right) ->
          Arrays.compareUnsigned(
              left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

  static final String UPLOAD_START = ".mergefarm-upload-";
  private static final int KEY_LIMIT = 1024;
  private static final int PART_LIMIT = 255;

  private ObjectKeys() {}

  /**
   * @return the key, when it is a valid one
   * @throws MergefarmException with {@code INVALID_VALUE} otherwise
   */
  public static String check(String key) {
    fault(key)
        .ifPresent(
            fault -> {
              throw new MergefarmException(
                  ErrorCode.INVALID_VALUE, "Object key '" + printable(key) + "' " + fault + ".");
            });
    return key;
  }

  /** What keeps the text from being a key, as a phrase; empty for a valid key. */
  public static Optional<String> fault(String key) {
    if (key.isEmpty()) {
      return Optional.of("is empty");
    }
    if (key.getBytes(StandardCharsets.UTF_8).length > KEY_LIMIT) {
      return Optional.of("is longer than " + KEY_LIMIT + " bytes");
    }
    if (key.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')) {
      return Optional.of("holds a control character or a backslash");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
      return Optional.of("is not well-formed Unicode");
    }
    for (String part : key.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return Optional.of("must be relative, without empty, '.' or '..' parts");
      }
      if (part.getBytes(StandardCharsets.UTF_8).length > PART_LIMIT) {
        return Optional.of("has a part longer than " + PART_LIMIT + " bytes");
      }
      if (part.startsWith(UPLOAD_START)) {
        return Optional.of("uses the reserved name " + UPLOAD_START + "...");
      }
    }
    return Optional.empty();
  }

  /**
   * A prefix to list by: empty, or the start of a valid key, with or without a {@code /} at its
   * end.
   *
   * @return the prefix
   * @throws MergefarmException with {@code INVALID_VALUE} otherwise
   */
  public static String checkPrefix(String prefix) {
    String folder = folderOf(prefix);
    if (!folder.isEmpty()) {
      check(folder.substring(0, folder.length() - 1));
    }
    String rest = prefix.substring(folder.length());
    if (!rest.isEmpty() && !rest.equals(".") && !rest.equals("..")) {
      check(prefix);
    }
    return prefix;
  }

  /** The prefix up to and with its last {@code /}; empty without one. */
  static String folderOf(String prefix) {
    return prefix.substring(0, prefix.lastIndexOf('/') + 1);
  }

  private static String printable(String key) {
    String cut = key.length() > 200 ? key.substring(0, 200) + "..." : key;
    return cut.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
