package dev.mergefarm.merge.device;

import dev.mergefarm.merge.method.TensorMerger;
import java.util.Optional;

/** One engine for everything. */
record OneEngine(TensorMerger merger) implements MergeDevices {

  @Override
  public Chosen choose(DeviceChoice choice) {
    return new Chosen(merger, merger.description());
  }

  @Override
  public Optional<String> refusal(DeviceChoice choice) {
    return Optional.empty();
  }

  @Override
  public long memoryBound() {
    return merger.memoryBound();
  }

  @Override
  public void close() {
    merger.close();
  }
}
