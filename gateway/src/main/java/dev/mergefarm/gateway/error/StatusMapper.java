package dev.mergefarm.gateway.error;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Help;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.StatusKind;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/**
 * Turns any failure into the {@code google.rpc.Status} that a client sees: {@code ErrorInfo} with
 * the error code, {@code BadRequest} with one violation per problem, {@code RetryInfo} where a
 * repeat may succeed, and {@code Help} with the code's hint. A failure that nobody foresaw becomes
 * INTERNAL with an identifier; its stack trace is logged under that identifier and goes nowhere
 * else. Thread safe.
 */
public final class StatusMapper {

  /** The domain of every {@code ErrorInfo}. */
  public static final String DOMAIN = "mergefarm.dev";

  /**
   * Largest status sent in a gRPC trailer, in bytes. Clients refuse trailers over 8 KiB unless told
   * otherwise, base64 adds a third, and the message travels a second time beside the details.
   */
  public static final int TRAILER_BYTES = 4_500;

  private static final int MESSAGE_CHARACTERS = 500;
  private static final int DESCRIPTION_CHARACTERS = 1_000;
  private static final int RETRY_SECONDS = 2;
  private static final Logger LOG = Logger.getLogger(StatusMapper.class);
  private static final Set<StatusKind> INPUT_FAULTS =
      EnumSet.of(
          StatusKind.INVALID_ARGUMENT,
          StatusKind.NOT_FOUND,
          StatusKind.FAILED_PRECONDITION,
          StatusKind.DATA_LOSS,
          StatusKind.UNIMPLEMENTED);

  private StatusMapper() {}

  /** The status of a failure with all of its problems, however many. */
  public static Status complete(Throwable failure) {
    return status(failure, Integer.MAX_VALUE);
  }

  /**
   * The status of a failure with as many problems as fit {@link #TRAILER_BYTES}; the metadata entry
   * {@code problems} says how many there are.
   */
  public static Status forTrailer(Throwable failure) {
    return status(failure, TRAILER_BYTES);
  }

  /** The exception that ends a gRPC call with {@link #forTrailer}. */
  public static StatusRuntimeException exception(Throwable failure) {
    return StatusProto.toStatusRuntimeException(forTrailer(failure));
  }

  private static Status status(Throwable failure, int budget) {
    return switch (unwrap(failure)) {
      case MergefarmException known -> known(known, budget);
      case StatusRuntimeException ready -> StatusProto.fromThrowable(ready);
      case StatusException ready -> StatusProto.fromThrowable(ready);
      case CancellationException _ ->
          known(new MergefarmException(ErrorCode.CANCELLED, "The call was cancelled."), budget);
      case InterruptedException _ ->
          known(new MergefarmException(ErrorCode.CANCELLED, "The call was interrupted."), budget);
      case Throwable unforeseen -> known(internal(unforeseen), budget);
    };
  }

  private static Throwable unwrap(Throwable failure) {
    boolean wrapper =
        failure instanceof ExecutionException || failure instanceof CompletionException;
    return wrapper && failure.getCause() != null ? unwrap(failure.getCause()) : failure;
  }

  private static MergefarmException internal(Throwable unforeseen) {
    String identifier = UUID.randomUUID().toString();
    LOG.errorf(unforeseen, "Unforeseen failure %s", identifier);
    return new MergefarmException(
        ErrorCode.INTERNAL,
        "Something failed inside the farm; its log has the cause under " + identifier + ".");
  }

  private static Status known(MergefarmException failure, int budget) {
    List<Problem> errors =
        failure.problems().stream().filter(p -> p.severity() == Problem.Severity.ERROR).toList();
    ErrorCode code = failure.code();
    Status.Builder status =
        Status.newBuilder()
            .setCode(Code.valueOf(code.status().name()).getNumber())
            .setMessage(message(errors))
            .addDetails(Any.pack(errorInfo(code, errors)));
    if (code.retryable() && code.status() == StatusKind.UNAVAILABLE) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder().setRetryDelay(Durations.fromSeconds(RETRY_SECONDS)).build()));
    }
    status.addDetails(Any.pack(help(code)));
    if (INPUT_FAULTS.contains(code.status()) && violates(code, errors)) {
      BadRequest violations = violations(errors, budget - status.build().getSerializedSize());
      status.addDetails(Any.pack(violations));
    }
    return status.build();
  }

  private static boolean violates(ErrorCode code, List<Problem> errors) {
    return errors.size() > 1
        || code.status() == StatusKind.INVALID_ARGUMENT
        || !errors.getFirst().path().isEmpty();
  }

  private static String message(List<Problem> errors) {
    String first = cut(errors.getFirst().describe(), MESSAGE_CHARACTERS);
    return switch (errors.size()) {
      case 1 -> first;
      case 2 -> first + " (and 1 more problem)";
      default -> first + " (and " + (errors.size() - 1) + " more problems)";
    };
  }

  private static ErrorInfo errorInfo(ErrorCode code, List<Problem> errors) {
    ErrorInfo.Builder info =
        ErrorInfo.newBuilder()
            .setDomain(DOMAIN)
            .setReason(code.name())
            .putMetadata("problems", Integer.toString(errors.size()))
            .putMetadata("retryable", Boolean.toString(code.retryable()))
            .putMetadata("hint", code.hint());
    Problem first = errors.getFirst();
    if (!first.path().isEmpty()) {
      info.putMetadata("path", cut(first.path(), MESSAGE_CHARACTERS));
    }
    first.suggestion().ifPresent(name -> info.putMetadata("suggestion", name));
    return info.build();
  }

  private static Help help(ErrorCode code) {
    return Help.newBuilder()
        .addLinks(
            Help.Link.newBuilder()
                .setDescription(code.hint())
                .setUrl("docs/errors.md#" + code.name().toLowerCase(java.util.Locale.ROOT)))
        .build();
  }

  private static BadRequest violations(List<Problem> errors, int budget) {
    BadRequest.Builder violations = BadRequest.newBuilder();
    // The type's name and the lengths around the list.
    long left = budget - 64L;
    for (Problem problem : errors) {
      BadRequest.FieldViolation violation =
          BadRequest.FieldViolation.newBuilder()
              .setField(problem.path())
              .setDescription(cut(description(problem), DESCRIPTION_CHARACTERS))
              .setReason(problem.code().name())
              .build();
      left -= violation.getSerializedSize() + 4L;
      if (left < 0) {
        break;
      }
      violations.addFieldViolations(violation);
    }
    return violations.build();
  }

  private static String description(Problem problem) {
    return problem.message()
        + problem.suggestion().map(name -> " Did you mean '" + name + "'?").orElse("");
  }

  private static String cut(String text, int characters) {
    return text.length() <= characters ? text : text.substring(0, characters - 1) + "…";
  }
}
