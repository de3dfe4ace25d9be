package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A matrix whose rows are taken from others as they are asked for; runs of consecutive rows are
 * read at once. The mean row of the padding is computed on first use and kept.
 */
final class GatheredBlocks implements TensorBlocks {

  private static final int ROWS_PER_READ = 64;

  private final List<TensorBlocks> matrices;
  private final RowSources rows;
  private final DataType dataType;
  private final int width;
  private float[] meanOfAll;

  GatheredBlocks(List<TensorBlocks> matrices, RowSources rows, DataType dataType) {
    this.matrices = List.copyOf(matrices);
    this.rows = rows;
    this.dataType = dataType;
    this.width = Math.toIntExact(matrices.getFirst().shape().dimension(1));
  }

  @Override
  public DataType dataType() {
    return dataType;
  }

  @Override
  public Shape shape() {
    return Shape.of(rows.height(), width);
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    int bytes = dataType.bytes();
    long count = target.byteSize() / bytes;
    long done = 0;
    while (done < count) {
      long element = firstElement + done;
      int row = (int) (element / width);
      int column = (int) (element % width);
      long left = count - done;
      long length;
      if (rows.isCopy(row)) {
        int most = (int) Math.min(rows.height() - row, (column + left + width - 1) / width);
        length = Math.min(left, (long) rows.runLength(row, most) * width - column);
        copy(row, column, target.asSlice(done * bytes, length * bytes));
      } else {
        length = Math.min(left, width - column);
        computed(row, column, target.asSlice(done * bytes, length * bytes));
      }
      done += length;
    }
  }

  private void copy(int row, int column, MemorySegment target) {
    RowSources.Row source = rows.copied(row);
    TensorBlocks matrix = matrices.get(source.matrix());
    long first = (long) source.row() * width + column;
    if (matrix.dataType() == dataType) {
      matrix.read(first, target);
      return;
    }
    long count = target.byteSize() / dataType.bytes();
    long step = (long) ROWS_PER_READ * width;
    for (long done = 0; done < count; done += step) {
      int length = (int) Math.min(step, count - done);
      float[] values = FloatCodec.read(matrix, first + done, length);
      FloatCodec.encode(
          values,
          dataType,
          target.asSlice(done * dataType.bytes(), (long) length * dataType.bytes()));
    }
  }

  private void computed(int row, int column, MemorySegment target) {
    if (rows.isZero(row)) {
      target.fill((byte) 0);
      return;
    }
    int length = (int) (target.byteSize() / dataType.bytes());
    float[] values = new float[length];
    if (rows.isPadding(row)) {
      System.arraycopy(meanOfAll(), column, values, 0, length);
    } else {
      mean(rows.averaged(row), column, values);
    }
    FloatCodec.encode(values, dataType, target);
  }

  private void mean(List<RowSources.Row> sources, int column, float[] sums) {
    for (RowSources.Row source : sources) {
      long first = (long) source.row() * width + column;
      float[] values = FloatCodec.read(matrices.get(source.matrix()), first, sums.length);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += values[i];
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= sources.size();
    }
  }

  private synchronized float[] meanOfAll() {
    if (meanOfAll == null) {
      double[] sums = new double[width];
      for (int row = 0; row < rows.realRows(); row += ROWS_PER_READ) {
        int count = Math.min(ROWS_PER_READ, rows.realRows() - row);
        float[] values = FloatCodec.read(this, (long) row * width, count * width);
        for (int i = 0; i < values.length; i++) {
          sums[i % width] += values[i];
        }
      }
      meanOfAll = new float[width];
      for (int i = 0; i < width; i++) {
        meanOfAll[i] = (float) (sums[i] / rows.realRows());
      }
    }
    return meanOfAll;
  }
}
