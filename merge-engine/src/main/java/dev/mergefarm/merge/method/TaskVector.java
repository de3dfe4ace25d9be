package dev.mergefarm.merge.method;

import java.util.List;

/**
 * One model's difference from the base, and what becomes of it.
 *
 * @param input the model, by index among the inputs
 * @param weight the factor on what is kept
 * @param mask what is kept
 * @param rescale the factor that restores the L1 norm of what was kept; 1 for none
 */
record TaskVector(int input, float weight, DeltaMask mask, float rescale) {

  TaskVector rescaled(float factor) {
    return new TaskVector(input, weight, mask, factor);
  }

  TaskVector masked(DeltaMask other) {
    return new TaskVector(input, weight, other, rescale);
  }

  /** The slab that serves all masks. */
  static int slabElements(List<TaskVector> vectors) {
    return vectors.stream().mapToInt(vector -> vector.mask().slabElements()).max().orElse(0);
  }

  /** What each mask prepares, in order. */
  static Object[] prepare(List<TaskVector> vectors, Slab slab) {
    return vectors.stream().map(vector -> vector.mask().prepare(slab)).toArray();
  }

  /** What the mask of one vector prepared for a block. */
  static Object prepared(Block block, int vector) {
    return block.prepared() instanceof Object[] all ? all[vector] : null;
  }

  /** Whether there are kernels for all masks. */
  static boolean kernelsExist(List<TaskVector> vectors) {
    return vectors.stream().noneMatch(vector -> vector.mask() instanceof DeltaMask.Stored);
  }

  /** Addresses of what masks keep in a device's memory, in order; 0 where they keep nothing. */
  static long[] kept(List<TaskVector> vectors, KernelSlice slice) {
    return vectors.stream().mapToLong(vector -> vector.mask().kept(slice)).toArray();
  }

  /** Device memory for what masks keep, in bytes. */
  static long extraBytes(List<TaskVector> vectors, long elements) {
    return vectors.stream().mapToLong(vector -> vector.mask().extraBytes(elements)).sum();
  }

  /**
   * Adds itself to a kernel's parameter.
   *
   * @param kept what the mask keeps in the device's memory
   */
  void write(KernelCall call, long kept) {
    mask.write(call.input(input).float32(weight).float32(rescale)).address(kept);
  }
}
