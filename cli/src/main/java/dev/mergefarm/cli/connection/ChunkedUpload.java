package dev.mergefarm.cli.connection;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Sends a header and then files as chunks over a client stream, never faster than the farm takes
 * them.
 */
final class ChunkedUpload<Q, R> implements ClientResponseObserver<Q, R> {

  /** Bytes of a chunk, as the API allows. */
  static final int CHUNK = 1 << 20;

  private final CompletableFuture<R> answer = new CompletableFuture<>();
  private final Semaphore ready = new Semaphore(0);
  private ClientCallStreamObserver<Q> requests;

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> stream) {
    requests = stream;
    stream.setOnReadyHandler(ready::release);
  }

  @Override
  public void onNext(R value) {
    answer.complete(value);
  }

  @Override
  public void onError(Throwable failure) {
    answer.completeExceptionally(failure);
    ready.release();
  }

  @Override
  public void onCompleted() {
    answer.completeExceptionally(
        Status.INTERNAL
            .withDescription("the farm ended the upload without an answer")
            .asRuntimeException());
    ready.release();
  }

  /**
   * Sends everything and waits for the answer. The stream must have been started with this
   * observer.
   *
   * @param sent told the bytes of each chunk after it was handed to the connection
   */
  R send(Q header, List<Path> files, Function<ByteString, Q> chunk, LongConsumer sent)
      throws IOException, InterruptedException {
    try {
      sendWhenReady(header);
      for (Path file : files) {
        sendFile(file, chunk, sent);
      }
      if (!answer.isDone()) {
        requests.onCompleted();
      }
      return answer.get();
    } catch (ExecutionException refused) {
      if (refused.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw new IOException(refused.getCause());
    } catch (IOException | InterruptedException failure) {
      requests.cancel("the upload was given up", failure);
      throw failure;
    }
  }

  private void sendFile(Path file, Function<ByteString, Q> chunk, LongConsumer sent)
      throws IOException, InterruptedException {
    try (InputStream in = Files.newInputStream(file)) {
      for (byte[] part = in.readNBytes(CHUNK);
          part.length > 0 && !answer.isDone();
          part = in.readNBytes(CHUNK)) {
        sendWhenReady(chunk.apply(UnsafeByteOperations.unsafeWrap(part)));
        sent.accept(part.length);
      }
    }
  }

  private void sendWhenReady(Q request) throws InterruptedException {
    while (!requests.isReady() && !answer.isDone()) {
      ready.acquire();
    }
    if (!answer.isDone()) {
      requests.onNext(request);
    }
  }
}
