package dev.mergefarm.benchmarks;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.safetensors.SafetensorsWriter;
import dev.mergefarm.storage.safetensors.ShardPlan;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * A bf16 checkpoint of random weights: a base drawn from one seed, and fine-tunes that differ from
 * it by a little noise, as real ones do.
 *
 * @param tensors in the order of writing, all bf16
 * @param spread of each tensor by its name
 */
public record RandomCheckpoint(List<TensorSpec> tensors, Function<String, Spread> spread) {

  private static final int BLOCK_ELEMENTS = 1 << 20;
  private static final float NOISE = 0.05f;
  private static final ValueLayout.OfShort BF16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Where a tensor's values lie. */
  public record Spread(float mean, float deviation) {}

  public RandomCheckpoint {
    tensors = List.copyOf(tensors);
  }

  /**
   * @param variant 0 for the base; another number for the fine-tune of that seed
   * @param shardBytes most bytes of tensors per file
   */
  public void write(Path folder, int variant, long shardBytes) throws IOException {
    try (ObjectStore store = new LocalObjectStore(folder);
        Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(2L * BLOCK_ELEMENTS);
      ShardPlan plan = ShardPlan.of(tensors, shardBytes);
      for (SafetensorsLayout layout : plan.shards()) {
        try (SafetensorsWriter writer =
            new SafetensorsWriter(store.upload(layout.file(), layout.size()), layout)) {
          for (TensorInfo tensor : layout.tensors()) {
            write(writer, tensor, variant, block);
          }
          writer.publish();
        }
      }
      plan.index().ifPresent(index -> store.put("model.safetensors.index.json", index.toJson()));
    }
  }

  private void write(
      SafetensorsWriter writer, TensorInfo tensor, int variant, MemorySegment block) {
    Spread here = spread.apply(tensor.name());
    long elements = tensor.shape().elements();
    long key = tensor.name().hashCode() * 0x9E3779B97F4A7C15L;
    for (long start = 0; start < elements; start += BLOCK_ELEMENTS) {
      int count = (int) Math.min(BLOCK_ELEMENTS, elements - start);
      for (int i = 0; i < count; i++) {
        float base = bell(key + start + i);
        float tuned =
            variant == 0 ? base : base + NOISE * bell((key ^ variant * 0x5DEECE66DL) + start + i);
        float value = here.mean() + here.deviation() * tuned;
        block.set(BF16, 2L * i, (short) ((Float.floatToRawIntBits(value) + 0x8000) >>> 16));
      }
      writer.write(tensor.name(), block.asSlice(0, 2L * count));
    }
  }

  /** A bell-shaped number around 0 made of the counter alone: the sum of four uniform ones. */
  private static float bell(long counter) {
    long bits = counter * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ (bits >>> 30)) * 0x94D049BB133111EBL;
    bits ^= bits >>> 31;
    int sum =
        (int) (bits & 0xffff)
            + (int) (bits >>> 16 & 0xffff)
            + (int) (bits >>> 32 & 0xffff)
            + (int) (bits >>> 48 & 0xffff);
    return (sum - 131_070) / 37_837f;
  }
}
