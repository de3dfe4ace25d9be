package dev.mergefarm.merge.execution;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.method.Block;
import dev.mergefarm.merge.method.SlabWork;

/**
 * How a stage's elements are split: tasks are claimed by workers, segments are summed separately,
 * pieces are read at a time, and slabs are never divided between tasks. Segments depend on the
 * tensor alone; tasks and pieces also on how much a worker may hold.
 *
 * @param elements of the tensor
 * @param slab elements that must be seen together
 * @param segment elements that are summed together; a multiple of the slab
 * @param piece most elements read at a time
 * @param task elements in every task but the last
 */
record Partition(long elements, long slab, long segment, long piece, long task) {

  /** For an output stage, whose tasks are single pieces where slabs allow. */
  static Partition forOutput(long elements, SlabWork work, String tensor, long capacity) {
    long slab = slabOf(work, tensor);
    long piece = pieceOf(slab, capacity);
    return new Partition(elements, slab, slab, piece, Math.max(slab, piece));
  }

  /** For a copy, which has no slabs. */
  static Partition forCopy(long elements, long capacity) {
    long piece = pieceOf(1, capacity);
    return new Partition(elements, 1, 1, piece, piece);
  }

  /** For a reduction, whose tasks are whole segments. */
  static Partition forReduction(long elements, SlabWork work, String tensor, long capacity) {
    long slab = slabOf(work, tensor);
    long segment = work.segmentElements();
    long piece = pieceOf(slab, capacity);
    long task = segment * Math.max(1, piece / segment);
    return new Partition(elements, slab, segment, Math.min(piece, task), task);
  }

  private static long slabOf(SlabWork work, String tensor) {
    int slab = work.slabElements();
    if (slab > SlabWork.LARGEST_SLAB) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          tensor + ": rows of " + slab + " elements; at most " + SlabWork.LARGEST_SLAB);
    }
    return Math.max(1, slab);
  }

  /** Whole slabs where one fits, else whole blocks. */
  private static long pieceOf(long slab, long capacity) {
    long blocks = Math.max(Block.CAPACITY, capacity / Block.CAPACITY * Block.CAPACITY);
    boolean slabFits = slab > 1 && slab <= blocks;
    return slabFits ? blocks / slab * slab : blocks;
  }

  /** At least one, so that an empty tensor is finished like any other. */
  long tasks() {
    return Math.max(1, (elements + task - 1) / task);
  }

  /** Whether a slab is read in several pieces. */
  boolean dividedSlabs() {
    return slab > piece;
  }

  long segmentEnd(long element) {
    return Math.min(elements, (element / segment + 1) * segment);
  }

  long slabEnd(long element) {
    return Math.min(elements, (element / slab + 1) * slab);
  }

  /** End of the piece that starts at an element, within a task that ends at another. */
  long pieceEnd(long start, long taskEnd) {
    long end = Math.min(taskEnd, start + piece);
    if (dividedSlabs()) {
      return Math.min(end, slabEnd(start));
    }
    return piece < segment ? Math.min(end, segmentEnd(start)) : end;
  }
}
