package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A weight with a low-rank product added while it is read, in float32. The two factors are read
 * whole on first use and kept as long as this object; they are {@code rank * (inputs + outputs)}
 * floats.
 */
final class AdaptedBlocks implements TensorBlocks {

  private final TensorBlocks weight;
  private final LowRankUpdate update;
  private final DataType dataType;
  private final List<TensorSource> sources;
  private final int rank;
  private final int columns;
  private Factors factors;

  /** Rows of the product are combinations of the rows of {@code basis}, by {@code mix}. */
  private record Factors(float[] mix, float[] basis) {}

  AdaptedBlocks(
      TensorBlocks weight, LowRankUpdate update, DataType dataType, List<TensorSource> sources) {
    this.weight = weight;
    this.update = update;
    this.dataType = dataType;
    this.sources = sources;
    this.rank = Math.toIntExact(update.down().shape().dimension(0));
    this.columns = Math.toIntExact(update.shape().dimension(1));
  }

  @Override
  public DataType dataType() {
    return dataType;
  }

  @Override
  public Shape shape() {
    return weight.shape();
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    int count = Math.toIntExact(target.byteSize() / dataType.bytes());
    float[] values = FloatCodec.read(weight, firstElement, count);
    Factors loaded = factors();
    int done = 0;
    while (done < count) {
      long element = firstElement + done;
      int row = (int) (element / columns);
      int column = (int) (element % columns);
      int length = Math.min(count - done, columns - column);
      addRow(loaded, row, column, values, done, length);
      done += length;
    }
    FloatCodec.encode(values, dataType, target);
  }

  private void addRow(Factors loaded, int row, int column, float[] values, int offset, int length) {
    float[] sums = new float[length];
    for (int k = 0; k < rank; k++) {
      float factor = loaded.mix[row * rank + k];
      int start = k * columns + column;
      for (int j = 0; j < length; j++) {
        sums[j] += factor * loaded.basis[start + j];
      }
    }
    float scale = (float) update.scale();
    for (int j = 0; j < length; j++) {
      values[offset + j] += sums[j] * scale;
    }
  }

  private synchronized Factors factors() {
    if (factors == null) {
      float[] down = whole(update.down());
      float[] up = whole(update.up());
      factors =
          update.transposed()
              ? new Factors(transpose(down, rank), transpose(up, up.length / rank))
              : new Factors(up, down);
    }
    return factors;
  }

  private float[] whole(TensorOrigin origin) {
    return FloatCodec.read(origin.open(sources), 0, Math.toIntExact(origin.shape().elements()));
  }

  /** The transpose of a row-major matrix of this many rows. */
  private static float[] transpose(float[] matrix, int rows) {
    int width = matrix.length / rows;
    float[] turned = new float[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        turned[j * rows + i] = matrix[i * width + j];
      }
    }
    return turned;
  }
}
