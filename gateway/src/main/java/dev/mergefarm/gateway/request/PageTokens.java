package dev.mergefarm.gateway.request;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Opaque marks of where the next page of a list starts. A token holds the last entry's position and
 * a digest of what was listed, so that a token used with another filter is refused.
 */
public final class PageTokens {

  private static final int DIGEST_BYTES = 8;

  private PageTokens() {}

  /**
   * @param scope what is listed, such as a filter's text
   * @param position where the page ended; not empty
   */
  public static String token(String scope, String position) {
    String plain = digest(scope) + position;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  /** The position in a token; empty for the first page or when a problem was added. */
  public static Optional<String> position(
      Problems problems, String path, String scope, String token) {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    try {
      String plain = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      String digest = digest(scope);
      if (plain.startsWith(digest) && plain.length() > digest.length()) {
        return Optional.of(plain.substring(digest.length()));
      }
      problems.error(
          ErrorCode.INVALID_PAGE_TOKEN, path, "The page token belongs to another request.");
    } catch (IllegalArgumentException malformed) {
      problems.error(ErrorCode.INVALID_PAGE_TOKEN, path, "The page token is not one of ours.");
    }
    return Optional.empty();
  }

  private static String digest(String scope) {
    try {
      byte[] whole =
          MessageDigest.getInstance("SHA-256").digest(scope.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(whole, DIGEST_BYTES));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
