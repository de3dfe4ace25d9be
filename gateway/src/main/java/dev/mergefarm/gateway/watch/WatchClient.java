package dev.mergefarm.gateway.watch;

import dev.mergefarm.proto.v1.JobEvent;

/** Where a watch's events go. All calls come one at a time. */
public interface WatchClient {

  /** Whether an event sent now leaves without piling up. */
  boolean isReady();

  void send(JobEvent event);

  /** The job has ended and all was sent. Nothing is called afterwards. */
  void complete();

  /** The watch broke. Nothing is called afterwards. */
  void fail(RuntimeException failure);
}
