package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.error.StatusMapper;
import dev.mergefarm.gateway.watch.WatchClient;
import dev.mergefarm.gateway.watch.Watchers;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * A watching gRPC client. HTTP/2 flow control says when it is ready: its window is full as long as
 * it does not read, and nothing is sent then.
 */
final class GrpcWatchClient implements WatchClient {

  private final ServerCallStreamObserver<JobEvent> observer;
  private Watchers.Watch watch;
  private boolean gone;

  GrpcWatchClient(ServerCallStreamObserver<JobEvent> observer) {
    this.observer = observer;
  }

  /** Ties a watch to the call. To be called before the service method returns; returns at once. */
  void serve(Caller caller, Watchers watchers, WatchJobRequest request) {
    observer.setOnReadyHandler(this::clientIsReady);
    observer.setOnCancelHandler(this::clientIsGone);
    observer.setOnCloseHandler(this::clientIsGone);
    Thread.ofVirtual().name("grpc-watch").start(() -> open(caller, watchers, request));
  }

  private void open(Caller caller, Watchers watchers, WatchJobRequest request) {
    try {
      Watchers.Watch opened = watchers.watch(caller, request, this);
      synchronized (this) {
        watch = opened;
        if (gone) {
          opened.stop();
        }
      }
      opened.clientIsReady();
    } catch (RuntimeException refused) {
      observer.onError(StatusMapper.exception(refused));
    }
  }

  private synchronized void clientIsReady() {
    if (watch != null) {
      watch.clientIsReady();
    }
  }

  private synchronized void clientIsGone() {
    gone = true;
    if (watch != null) {
      watch.stop();
    }
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
