package dev.mergefarm.eval.function;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.FunctionReference;
import java.time.Duration;
import java.util.Map;

/** Turns what the helper process reports into coded errors. */
final class HelperFailure {

  private HelperFailure() {}

  /**
   * @param report kind, type and message of the failure; file, line, function and text of the line
   *     where they are known
   */
  static MergefarmException of(FunctionReference reference, Map<?, ?> report, Duration limit) {
    String message = String.valueOf(report.get("message"));
    String type = String.valueOf(report.get("type"));
    String raised = type.isEmpty() ? message : type + ": " + message;
    String kind = String.valueOf(report.get("kind"));
    return switch (kind) {
      case "timeout" ->
          failure(
              ErrorCode.FUNCTION_LIMIT,
              reference,
              "ran longer than " + limit.toSeconds() + " s",
              report);
      case "memory" ->
          failure(ErrorCode.FUNCTION_LIMIT, reference, "took more memory than helpers may", report);
      case "exit" ->
          failure(ErrorCode.FUNCTION_FAILED, reference, "tried to end its process", report);
      case "import" ->
          failure(
              ErrorCode.FUNCTION_FAILED,
              reference,
              "needs a module that helpers do not have (they have Python's standard library,"
                  + " a stand-in for datasets, and modules among the task files): "
                  + message,
              report);
      default -> failure(ErrorCode.FUNCTION_FAILED, reference, "failed: " + raised, report);
    };
  }

  private static MergefarmException failure(
      ErrorCode code, FunctionReference reference, String what, Map<?, ?> report) {
    StringBuilder message = new StringBuilder("The helper ").append(reference).append(' ');
    message.append(what);
    if (report.get("file") != null) {
      message.append(" (").append(report.get("file")).append(", line ").append(report.get("line"));
      String text = report.get("text") == null ? "" : String.valueOf(report.get("text"));
      message.append(text.isEmpty() ? "" : ": " + text.strip()).append(')');
    }
    return new MergefarmException(code, message.append('.').toString());
  }

  /** The process ended without a word: killed by this side, or by lack of memory. */
  static MergefarmException ended(FunctionReference reference, HelperProcess process) {
    String log = process.logTail();
    return new MergefarmException(
        ErrorCode.FUNCTION_LIMIT,
        "The process of the helper "
            + reference
            + " ended: it ran past its limits on time or"
            + " memory"
            + (log.isEmpty() ? "." : "; it printed: " + log));
  }
}
