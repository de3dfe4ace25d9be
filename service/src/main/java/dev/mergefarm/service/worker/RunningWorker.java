package dev.mergefarm.service.worker;

/** A worker that a service runs, as its health check sees it. */
public interface RunningWorker {

  /** The kind of jobs, in lower case. */
  String kind();

  /** Whether it works or was never meant to. */
  boolean isAlive();
}
