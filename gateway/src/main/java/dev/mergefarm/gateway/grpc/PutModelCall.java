package dev.mergefarm.gateway.grpc;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.error.StatusMapper;
import dev.mergefarm.gateway.models.ModelService;
import dev.mergefarm.gateway.models.ModelUpload;
import dev.mergefarm.gateway.models.ModelUploads;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.PutModelRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One model being sent. The next message is asked for when the one before is written, so a fast
 * client waits for the store.
 */
final class PutModelCall implements StreamObserver<PutModelRequest> {

  private final ModelUploads uploads;
  private final ModelService models;
  private final Caller caller;
  private final ServerCallStreamObserver<Model> observer;
  private final SerialExecutor order = new SerialExecutor();
  private ModelUpload upload;
  private String reference;
  private boolean ended;

  PutModelCall(
      ModelUploads uploads,
      ModelService models,
      Caller caller,
      ServerCallStreamObserver<Model> observer) {
    this.uploads = uploads;
    this.models = models;
    this.caller = caller;
    this.observer = observer;
  }

  /** Asks for the first message. To be called before the service method returns. */
  void begin() {
    observer.disableAutoRequest();
    observer.setOnCancelHandler(() -> order.execute(this::end));
    observer.request(1);
  }

  @Override
  public void onNext(PutModelRequest request) {
    order.execute(() -> take(request));
  }

  @Override
  public void onError(Throwable broken) {
    order.execute(this::end);
  }

  @Override
  public void onCompleted() {
    order.execute(this::complete);
  }

  private void take(PutModelRequest request) {
    if (ended) {
      return;
    }
    try {
      switch (request.getPartCase()) {
        case HEADER -> {
          if (upload != null) {
            throw wrong("A second header came.");
          }
          reference = request.getHeader().getReference();
          upload = uploads.start(request.getHeader());
        }
        case CHUNK -> started().write(request.getChunk());
        case PART_NOT_SET -> throw wrong("A message holds neither header nor chunk.");
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
            started().finish();
          } finally {
            end();
          }
          return models.get(caller, GetModelRequest.newBuilder().setReference(reference).build());
        });
  }

  private ModelUpload started() {
    if (upload == null) {
      throw wrong("The first message must be the header.");
    }
    return upload;
  }

  private void end() {
    if (!ended) {
      ended = true;
      if (upload != null) {
        upload.close();
      }
    }
  }

  private static MergefarmException wrong(String message) {
    return new MergefarmException(ErrorCode.INVALID_VALUE, message);
  }
}
