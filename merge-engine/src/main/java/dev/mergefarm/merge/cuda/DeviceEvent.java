package dev.mergefarm.merge.cuda;

/** A place in a stream's order, and when it was reached. */
public interface DeviceEvent extends AutoCloseable {

  /** Whether the work before the place last recorded is done; true if none was recorded. */
  boolean reached();

  /** Waits until the work before the place last recorded is done. */
  void synchronize();

  /**
   * Time on the device between two places that have been reached, in milliseconds.
   *
   * @param earlier an event of the same device
   */
  float millisecondsSince(DeviceEvent earlier);

  @Override
  void close();
}
