package dev.mergefarm.merge.cuda.pipeline;

/**
 * How much is under way at once. Pinned memory is bounded by {@code 2 * slots * slotBytes} for each
 * device, apart from tensors whose rows are longer than a slot.
 *
 * @param slotBytes what a slot holds of a tensor's inputs, or of its output; 64 KiB or more. Large
 *     enough that a copy's start-up time is nothing beside it
 * @param slots in each direction; 2 or more, so that one is filled while another is copied
 * @param readers threads that fill slots of all devices; 1 or more
 * @param partBytes what one of them reads at a time; 64 KiB or more. A source with slow answers
 *     wants more
 */
public record PipelineSettings(long slotBytes, int slots, int readers, long partBytes) {

  /** For files of this machine: slots of 32 MiB, half a millisecond on the bus. */
  public static final PipelineSettings DEFAULTS = new PipelineSettings(32L << 20, 3, 8, 2L << 20);

  /** For a store across a network: enough large requests in flight to hide its delays. */
  public static final PipelineSettings REMOTE = new PipelineSettings(64L << 20, 3, 16, 8L << 20);

  public PipelineSettings {
    requireAtLeast("slotBytes", slotBytes, 1 << 16);
    requireAtLeast("slots", slots, 2);
    requireAtLeast("readers", readers, 1);
    requireAtLeast("partBytes", partBytes, 1 << 16);
  }

  /** Parts as for files of this machine. */
  public PipelineSettings(long slotBytes, int slots, int readers) {
    this(slotBytes, slots, readers, 2L << 20);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", found " + value);
    }
  }
}
