package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.Device;

/** A device that is opened when it is first used. */
public interface DeviceSource {

  /** As people name it. */
  String name();

  /**
   * @throws dev.mergefarm.common.MergefarmException {@code DEVICE_MEMORY} or {@code DEVICE_FAILED}
   *     when it cannot be used
   */
  Device open();
}
