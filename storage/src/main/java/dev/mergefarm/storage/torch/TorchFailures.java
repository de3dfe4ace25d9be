package dev.mergefarm.storage.torch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import java.util.List;
import java.util.Optional;

/** Failures of a torch checkpoint, each with the file as its path. */
final class TorchFailures {

  private TorchFailures() {}

  static MergefarmException malformed(String path, String message) {
    return failure(ErrorCode.MALFORMED_TENSOR_FILE, path, message);
  }

  static MergefarmException failure(ErrorCode code, String path, String message) {
    return new MergefarmException(
        List.of(new Problem(code, Problem.Severity.ERROR, path, message, Optional.empty())));
  }
}
