package dev.mergefarm.merge.cuda.pipeline;

/**
 * How much is under way at once. Pinned memory is bounded by {@code 2 * slots * slotBytes} for each
 * device, apart from tensors whose rows are longer than a slot.
 *
 * @param slotBytes what a slot holds of a tensor's inputs, or of its output; 64 KiB or more. Large
 *     enough that a copy's start-up time is nothing beside it
 * @param slots in each direction; 2 or more, so that one is filled while another is copied
 * @param readers threads that fill slots of all devices; 1 or more
 */
public record PipelineSettings(long slotBytes, int slots, int readers) {

  /** 32 MiB: half a millisecond on the bus. */
  public static final PipelineSettings DEFAULTS = new PipelineSettings(32L << 20, 3, 8);

  public PipelineSettings {
    requireAtLeast("slotBytes", slotBytes, 1 << 16);
    requireAtLeast("slots", slots, 2);
    requireAtLeast("readers", readers, 1);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", found " + value);
    }
  }
}
