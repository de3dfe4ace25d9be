package dev.mergefarm.merge.method;

import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;

/**
 * A tensor that is read in pieces: one of a checkpoint, or one that is put together while it is
 * read, such as an embedding whose rows are gathered for another vocabulary. Safe for many threads,
 * which read different pieces at the same time, in any order and more than once.
 */
public interface TensorBlocks {

  DataType dataType();

  Shape shape();

  /**
   * Fills the whole target with consecutive elements (little endian, row-major).
   *
   * @param firstElement flat index of the first element wanted
   * @param target a whole number of elements long, at least one, and within the tensor
   */
  void read(long firstElement, MemorySegment target);

  /** A tensor as its checkpoint stores it. */
  static TensorBlocks stored(TensorSource source, TensorInfo info) {
    return new StoredTensorBlocks(source, info);
  }

  /** The top left part of a matrix, or the matrix itself when that is all of it. */
  default TensorBlocks topLeft(long rows, long columns) {
    return shape().equals(Shape.of(rows, columns)) ? this : new TopLeftBlocks(this, rows, columns);
  }
}
