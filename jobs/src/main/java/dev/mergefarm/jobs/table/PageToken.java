package dev.mergefarm.jobs.table;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;

/**
 * The place of a job in the list: newest first, equal times by id.
 *
 * @param createTime the job's
 * @param id the job's
 */
record PageToken(Instant createTime, String id) {

  static final Comparator<PageToken> NEWEST_FIRST =
      Comparator.comparing(PageToken::createTime).reversed().thenComparing(PageToken::id);

  private static final String VERSION = "1";

  /** The token as text; it holds the filter it belongs to. */
  String encode(JobFilter filter) {
    String plain =
        String.join(
            "\n",
            VERSION,
            Long.toString(createTime.getEpochSecond()),
            Integer.toString(createTime.getNano()),
            id,
            filter.text());
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws MergefarmException with {@code INVALID_PAGE_TOKEN} when it is not a token of this
   *     filter
   */
  static PageToken decode(String token, JobFilter filter) {
    try {
      String plain = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      String[] parts = plain.split("\n", 5);
      if (parts.length == 5 && parts[0].equals(VERSION) && parts[4].equals(filter.text())) {
        return new PageToken(
            Instant.ofEpochSecond(Long.parseLong(parts[1]), Integer.parseInt(parts[2])), parts[3]);
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      throw invalid(e);
    }
    throw invalid(null);
  }

  private static MergefarmException invalid(Exception cause) {
    return new MergefarmException(
        ErrorCode.INVALID_PAGE_TOKEN, "The page token is not one of this list.", cause);
  }
}
