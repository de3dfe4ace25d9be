package dev.mergefarm.gateway.rest;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.Optional;

/** Numbers in query parameters and headers. */
final class Parameters {

  private Parameters() {}

  /**
   * A whole number of at most nine digits; absent or empty is 0.
   *
   * @throws dev.mergefarm.common.MergefarmException naming the parameter
   */
  static int wholeNumber(String name, Optional<String> text) {
    String digits = text.orElse("");
    if (digits.isEmpty()) {
      return 0;
    }
    if (!digits.matches("-?\\d{1,9}")) {
      Problems problems = new Problems();
      problems.error(
          ErrorCode.INVALID_VALUE, name, "Must be a whole number, found '" + digits + "'.");
      problems.throwIfErrors();
    }
    return Integer.parseInt(digits);
  }
}
