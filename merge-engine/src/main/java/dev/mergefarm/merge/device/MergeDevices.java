package dev.mergefarm.merge.device;

import dev.mergefarm.merge.method.TensorMerger;
import java.util.Optional;

/** The engines of a process, one for each place it can merge at. Safe for many threads. */
public interface MergeDevices extends AutoCloseable {

  /**
   * An engine and why it is that one.
   *
   * @param merger belongs to the devices, which close it
   * @param description in one line, for logs and results
   */
  record Chosen(TensorMerger merger, String description) {}

  /**
   * The engine for a merge.
   *
   * @throws dev.mergefarm.common.MergefarmException {@code DEVICE_UNAVAILABLE} with the reason
   */
  Chosen choose(DeviceChoice choice);

  /** Why {@link #choose} would refuse, as far as can be told without opening a device. */
  Optional<String> refusal(DeviceChoice choice);

  /** Most memory of this machine that any of the engines takes for buffers, in bytes. */
  long memoryBound();

  @Override
  void close();

  /**
   * One engine for all merges, whatever they ask for; to be used where nothing is merged but plans
   * are made for others, or where it does not matter.
   */
  static MergeDevices always(TensorMerger merger) {
    return new OneEngine(merger);
  }
}
