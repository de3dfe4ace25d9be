package dev.mergefarm.gateway.grpc;

import com.google.protobuf.ByteString;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.gateway.error.StatusMapper;
import dev.mergefarm.gateway.upload.Upload;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A call that sends files. The next message is asked for when the one before is written, so a fast
 * client waits for the store.
 *
 * @param <Q> the messages: one header, then chunks
 * @param <A> the answer
 */
final class UploadCall<Q, A> implements StreamObserver<Q> {

  private final ServerCallStreamObserver<A> observer;
  private final Function<Q, Part<A>> reader;
  private final SerialExecutor order = new SerialExecutor();
  private Optional<Upload<A>> upload = Optional.empty();
  private boolean ended;

  /** What one message holds. */
  sealed interface Part<A> {}

  /** The beginning. */
  record Header<A>(Supplier<Upload<A>> start) implements Part<A> {}

  /** More bytes. */
  record Chunk<A>(ByteString bytes) implements Part<A> {}

  /** Nothing, which is an error. */
  record Empty<A>() implements Part<A> {}

  private UploadCall(StreamObserver<A> observer, Function<Q, Part<A>> reader) {
    this.observer = (ServerCallStreamObserver<A>) observer;
    this.reader = reader;
  }

  /** Begins to take messages. To be called before the service method returns. */
  static <Q, A> StreamObserver<Q> begin(StreamObserver<A> observer, Function<Q, Part<A>> reader) {
    UploadCall<Q, A> call = new UploadCall<>(observer, reader);
    call.observer.disableAutoRequest();
    call.observer.setOnCancelHandler(() -> call.order.execute(call::end));
    call.observer.request(1);
    return call;
  }

  @Override
  public void onNext(Q message) {
    order.execute(() -> take(message));
  }

  @Override
  public void onError(Throwable broken) {
    order.execute(this::end);
  }

  @Override
  public void onCompleted() {
    order.execute(this::complete);
  }

  private void take(Q message) {
    if (ended) {
      return;
    }
    try {
      switch (reader.apply(message)) {
        case Header<A> header -> {
          if (upload.isPresent()) {
            throw wrong("A second header came.");
          }
          upload = Optional.of(header.start().get());
        }
        case Chunk<A> chunk -> started().write(chunk.bytes());
        case Empty<A> _ -> throw wrong("A message holds neither header nor chunk.");
      }
      observer.request(1);
    } catch (RuntimeException failure) {
      end();
      observer.onError(StatusMapper.exception(failure));
    }
  }

  private void complete() {
    if (ended) {
      return;
    }
    Answers.send(
        observer,
        () -> {
          try {
            return started().finish();
          } finally {
            end();
          }
        });
  }

  private Upload<A> started() {
    return upload.orElseThrow(() -> wrong("The first message must be the header."));
  }

  private void end() {
    if (!ended) {
      ended = true;
      upload.ifPresent(Upload::close);
    }
  }

  private static MergefarmException wrong(String message) {
    return new MergefarmException(ErrorCode.INVALID_VALUE, message);
  }
}
