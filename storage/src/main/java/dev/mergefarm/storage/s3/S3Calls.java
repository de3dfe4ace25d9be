package dev.mergefarm.storage.s3;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.Retries;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Makes requests that wait, are repeated where that helps, and fail with a code. */
final class S3Calls {

  /** A request of the client library. */
  @FunctionalInterface
  interface Request<T> {
    CompletableFuture<T> send() throws Exception;
  }

  private final Retries retries;

  S3Calls(Retries retries) {
    this.retries = retries;
  }

  Retries retries() {
    return retries;
  }

  /**
   * Sends a request that may be repeated.
   *
   * @param what is asked for, such as {@code 'models/a/config.json'}
   */
  <T> T call(String what, Request<T> request) {
    return retries.call(() -> once(what, request));
  }

  /** Sends a request once. */
  <T> T once(String what, Request<T> request) throws Retries.TransientFailure {
    CompletableFuture<T> answer;
    try {
      answer = request.send();
    } catch (Exception failure) {
      throw S3Failures.translate(what, failure);
    }
    try {
      return answer.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      answer.thenAccept(S3Calls::closeUnwanted);
      throw new MergefarmException(
          ErrorCode.CANCELLED, "Interrupted while waiting for " + what + ".", interrupted);
    } catch (ExecutionException failure) {
      throw S3Failures.translate(what, cause(failure));
    }
  }

  private static Throwable cause(ExecutionException failure) {
    Throwable cause = failure.getCause();
    return cause instanceof CompletionException && cause.getCause() != null
        ? cause.getCause()
        : cause;
  }

  /** An answer that comes after the caller has gone would keep its connection. */
  private static void closeUnwanted(Object answer) {
    if (answer instanceof AutoCloseable open) {
      try {
        open.close();
      } catch (Exception alreadyBroken) {
        // The connection is given up either way.
      }
    }
  }

  /** Whether reading a body failed because the reader was interrupted. */
  static boolean isInterruption(IOException failure) {
    return failure instanceof java.io.InterruptedIOException
        && !(failure instanceof java.net.SocketTimeoutException)
        && Thread.currentThread().isInterrupted();
  }
}
