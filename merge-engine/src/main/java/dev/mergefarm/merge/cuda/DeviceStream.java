package dev.mergefarm.merge.cuda;

/** Work of a device that runs in order. Used by one thread at a time. */
public interface DeviceStream extends AutoCloseable {

  /** Marks this place in the order; the event is reached when all work before it is done. */
  void record(DeviceEvent event);

  /** Holds back all later work of this stream until an event is reached, without waiting here. */
  void await(DeviceEvent event);

  /** Waits until everything enqueued is done. */
  void synchronize();

  /** Waits and gives the stream back. */
  @Override
  void close();
}
