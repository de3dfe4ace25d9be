package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.error.StatusMapper;
import dev.mergefarm.gateway.watch.WatchClient;
import dev.mergefarm.gateway.watch.Watchers;
import dev.mergefarm.proto.v1.JobEvent;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * A watching gRPC client. HTTP/2 flow control says when it is ready: its window is full as long as
 * it does not read, and nothing is sent then.
 */
final class GrpcWatchClient implements WatchClient {

  private final ServerCallStreamObserver<JobEvent> observer;

  GrpcWatchClient(ServerCallStreamObserver<JobEvent> observer) {
    this.observer = observer;
  }

  /** Ties the watch to the call; to be done before the service method returns. */
  void serve(Watchers.Watch watch) {
    observer.setOnReadyHandler(watch::clientIsReady);
    observer.setOnCancelHandler(watch::stop);
    observer.setOnCloseHandler(watch::stop);
    watch.clientIsReady();
  }

  @Override
  public boolean isReady() {
    return observer.isReady() && !observer.isCancelled();
  }

  @Override
  public void send(JobEvent event) {
    observer.onNext(event);
  }

  @Override
  public void complete() {
    observer.onCompleted();
  }

  @Override
  public void fail(RuntimeException failure) {
    observer.onError(StatusMapper.exception(failure));
  }
}
