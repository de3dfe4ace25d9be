package dev.mergefarm.jobs.wire;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import java.util.Optional;

/**
 * Failures and problems as messages. A failure is a {@code google.rpc.Status} with an {@code
 * ErrorInfo} (reason: the error code's name) and, where problems have places in the input, a {@code
 * BadRequest} with one violation each.
 */
public final class ErrorMessages {

  /** The domain of every {@code ErrorInfo} of ours. */
  public static final String DOMAIN = "mergefarm.dev";

  private ErrorMessages() {}

  public static Status status(MergefarmException failure) {
    ErrorCode code = failure.code();
    Status.Builder status =
        Status.newBuilder()
            .setCode(Code.valueOf(code.status().name()).getNumber())
            .setMessage(failure.getMessage())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(code.name())
                        .setDomain(DOMAIN)
                        .putMetadata("hint", code.hint())
                        .build()));
    BadRequest violations = violations(failure);
    if (violations.getFieldViolationsCount() > 0) {
      status.addDetails(Any.pack(violations));
    }
    return status.build();
  }

  public static Status status(ErrorCode code, String message) {
    return status(new MergefarmException(code, message));
  }

  /** The error code's name in a status, or empty when the status has none of ours. */
  public static Optional<String> reason(Status status) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          return info.getDomain().equals(DOMAIN) ? Optional.of(info.getReason()) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  public static dev.mergefarm.proto.v1.Problem problem(Problem problem) {
    return dev.mergefarm.proto.v1.Problem.newBuilder()
        .setCode(problem.code().name())
        .setWarning(problem.severity() == Problem.Severity.WARNING)
        .setPath(problem.path())
        .setMessage(problem.message())
        .setSuggestion(problem.suggestion().orElse(""))
        .setHint(problem.code().hint())
        .build();
  }

  private static BadRequest violations(MergefarmException failure) {
    BadRequest.Builder violations = BadRequest.newBuilder();
    for (Problem problem : failure.problems()) {
      if (problem.severity() == Problem.Severity.ERROR && !problem.path().isEmpty()) {
        violations.addFieldViolations(
            BadRequest.FieldViolation.newBuilder()
                .setField(problem.path())
                .setDescription(describe(problem))
                .setReason(problem.code().name()));
      }
    }
    return violations.build();
  }

  private static String describe(Problem problem) {
    return problem.message()
        + problem.suggestion().map(name -> " Did you mean '" + name + "'?").orElse("");
  }
}
