package dev.mergefarm.gateway.rest;

import dev.mergefarm.gateway.error.StatusMapper;
import dev.mergefarm.gateway.watch.WatchClient;
import dev.mergefarm.gateway.watch.Watchers;
import dev.mergefarm.proto.v1.JobEvent;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A watching browser or other SSE client. It is ready as long as its connection has asked for more
 * events than were sent: the server asks for one when the one before has left.
 */
final class SseWatchClient
    implements WatchClient, Flow.Publisher<OutboundSseEvent>, Flow.Subscription {

  private final Sse sse;
  private final AtomicLong demand = new AtomicLong();
  private volatile Flow.Subscriber<? super OutboundSseEvent> subscriber;
  private volatile Watchers.Watch watch;

  SseWatchClient(Sse sse) {
    this.sse = sse;
  }

  /** Ties the watch to the client; to be done before anyone subscribes. */
  void serve(Watchers.Watch started) {
    watch = started;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super OutboundSseEvent> connection) {
    subscriber = connection;
    connection.onSubscribe(this);
  }

  @Override
  public void request(long events) {
    demand.accumulateAndGet(events, (before, more) -> Math.max(before, before + more));
    watch.clientIsReady();
  }

  @Override
  public void cancel() {
    watch.stop();
  }

  @Override
  public boolean isReady() {
    return demand.get() > 0;
  }

  @Override
  public void send(JobEvent event) {
    demand.decrementAndGet();
    subscriber.onNext(
        sse.newEventBuilder()
            .id(Long.toString(event.getNumber()))
            .name(event.getProgressOnly() ? "progress" : "job")
            .data(String.class, Json.write(event))
            .build());
  }

  @Override
  public void complete() {
    subscriber.onComplete();
  }

  @Override
  public void fail(RuntimeException failure) {
    subscriber.onError(StatusMapper.exception(failure));
  }
}
