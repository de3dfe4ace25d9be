package dev.mergefarm.merge.method;

import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** The first rows and columns of a larger matrix, read row by row. */
final class TopLeftBlocks implements TensorBlocks {

  private final TensorBlocks whole;
  private final Shape shape;

  TopLeftBlocks(TensorBlocks whole, long rows, long columns) {
    Shape full = whole.shape();
    if (full.rank() != 2 || rows > full.dimension(0) || columns > full.dimension(1)) {
      throw new IllegalArgumentException(full + " has no top left " + Shape.of(rows, columns));
    }
    this.whole = whole;
    this.shape = Shape.of(rows, columns);
  }

  @Override
  public DataType dataType() {
    return whole.dataType();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    long columns = shape.dimension(1);
    long fullColumns = whole.shape().dimension(1);
    if (columns == fullColumns) {
      whole.read(firstElement, target);
      return;
    }
    int width = dataType().bytes();
    long count = target.byteSize() / width;
    for (long done = 0; done < count; ) {
      long row = (firstElement + done) / columns;
      long column = (firstElement + done) % columns;
      long piece = Math.min(columns - column, count - done);
      whole.read(row * fullColumns + column, target.asSlice(done * width, piece * width));
      done += piece;
    }
  }
}
