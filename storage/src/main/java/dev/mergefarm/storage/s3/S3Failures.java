package dev.mergefarm.storage.s3;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.Retries.TransientFailure;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.util.Set;

/** Gives each failure of the protocol its code, and says which may pass by themselves. */
final class S3Failures {

  private static final Set<String> PASSING =
      Set.of(
          "SlowDown",
          "SlowDownRead",
          "SlowDownWrite",
          "InternalError",
          "RequestTimeout",
          "ServiceUnavailable",
          "ServerNotInitialized",
          "OperationAborted",
          "ConditionalRequestConflict",
          "BadDigest",
          "IncompleteBody",
          "XAmzContentChecksumMismatch");

  private static final Set<String> FULL =
      Set.of(
          "XMinioStorageFull",
          "InsufficientStorage",
          "QuotaExceeded",
          "XMinioAdminBucketQuotaExceeded");

  private S3Failures() {}

  /**
   * What a failed request means.
   *
   * @return never; a failure that lasts is thrown as {@link MergefarmException}
   */
  static TransientFailure translate(String what, Throwable failure) throws TransientFailure {
    throw switch (failure) {
      case TransientFailure known -> known;
      case MergefarmException known -> throw known;
      case ErrorResponseException answer -> throw ofAnswer(what, answer);
      case ServerException server when server.statusCode() == 507 ->
          throw failure(ErrorCode.STORE_FULL, what, server);
      case ServerException server when server.statusCode() == 501 ->
          throw failure(ErrorCode.STORE_UNAVAILABLE, what, server);
      case ServerException server -> unavailable(what, server);
      case InvalidResponseException odd -> unavailable(what, odd);
      case IOException broken -> unavailable(what, broken);
      default -> throw failure(ErrorCode.INTERNAL, what, failure);
    };
  }

  static TransientFailure unavailable(String what, Throwable failure) {
    return new TransientFailure(failure(ErrorCode.STORE_UNAVAILABLE, what, failure));
  }

  /** Whether the server refused because a condition of the request did not hold. */
  static boolean isPreconditionFailed(Throwable failure) {
    return failure instanceof MergefarmException known
        && known.getCause() instanceof ErrorResponseException answer
        && answer.response().code() == 412;
  }

  /** Whether a passing failure is the server's word that it did nothing. */
  static boolean isRefusal(TransientFailure failure) {
    return failure.lasting().getCause() instanceof ErrorResponseException answer
        && Set.of(409, 429, 503).contains(answer.response().code());
  }

  /** Whether the server says that it does not know what was asked of it. */
  static boolean isNotImplemented(Throwable failure) {
    return failure instanceof MergefarmException known
        && (known.getCause() instanceof ErrorResponseException answer
                && answer.response().code() == 501
            || known.getCause() instanceof ServerException server && server.statusCode() == 501);
  }

  private static RuntimeException ofAnswer(String what, ErrorResponseException answer)
      throws TransientFailure {
    String code = answer.errorResponse().code();
    int status = answer.response().code();
    if (PASSING.contains(code) || status == 429) {
      throw unavailable(what, answer);
    }
    if (FULL.contains(code) || status == 507) {
      return failure(ErrorCode.STORE_FULL, what, answer);
    }
    if (status >= 500 && status != 501) {
      throw unavailable(what, answer);
    }
    return failure(codeOf(status), what, answer);
  }

  private static ErrorCode codeOf(int status) {
    return switch (status) {
      case 401, 403 -> ErrorCode.STORE_DENIED;
      case 404 -> ErrorCode.OBJECT_NOT_FOUND;
      case 412, 416 -> ErrorCode.RANGE_NOT_IN_OBJECT;
      default -> ErrorCode.STORE_UNAVAILABLE;
    };
  }

  private static MergefarmException failure(ErrorCode code, String what, Throwable cause) {
    String reason =
        cause instanceof ErrorResponseException answer
            ? answer.errorResponse().code() + ": " + answer.errorResponse().message()
            : String.valueOf(cause);
    return new MergefarmException(code, "The store failed at " + what + ": " + reason, cause);
  }
}
