package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceEvent;

/** Where a step begins and ends in a stream's order. */
record EventPair(DeviceEvent started, DeviceEvent ended) implements AutoCloseable {

  static EventPair open(Device device) {
    return new EventPair(device.openEvent(), device.openEvent());
  }

  @Override
  public void close() {
    started.close();
    ended.close();
  }
}
