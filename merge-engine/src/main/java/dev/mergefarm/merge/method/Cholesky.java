package dev.mergefarm.merge.method;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The lower triangular factor of a symmetric positive definite matrix in float64, row by row. Above
 * {@link #LARGEST_IN_MEMORY} it lies in a temporary file that is mapped, so that it takes page
 * cache instead of the process's own memory. Not changed once made; safe for many threads.
 */
final class Cholesky {

  /** Columns of the largest factor that is kept on the heap, of 32 MiB. */
  static final int LARGEST_IN_MEMORY = 2048;

  private final int size;
  private final MemorySegment rows;
  private double ridge;

  private Cholesky(int size, MemorySegment rows) {
    this.size = size;
    this.rows = rows;
  }

  /** Sums the matrices, adds the ridge and factors the result. */
  static Cholesky of(GramMatrices matrices, int size, double ridge, Cancellation cancellation) {
    return of(matrices, size, ridge, LARGEST_IN_MEMORY, cancellation);
  }

  /**
   * The same with another limit on what is kept in memory.
   *
   * @param largestInMemory columns of the largest factor that does not go to a file
   */
  static Cholesky of(
      GramMatrices matrices,
      int size,
      double ridge,
      int largestInMemory,
      Cancellation cancellation) {
    Cholesky factor = new Cholesky(size, allocate(size, largestInMemory));
    factor.sum(matrices, cancellation);
    factor.addRidge(ridge);
    factor.factorise(cancellation);
    return factor;
  }

  /** The memory is unmapped, and a file's space freed, when nothing refers to it any more. */
  private static MemorySegment allocate(int size, int largestInMemory) {
    long bytes = (long) size * size * Double.BYTES;
    if (size <= largestInMemory) {
      return MemorySegment.ofArray(new double[size * size]);
    }
    try {
      Path file = Files.createTempFile("mergefarm-cholesky", ".tmp");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("a temporary file for a factor cannot be made", failure);
    }
  }

  /** What was added to every entry of the diagonal. */
  double ridge() {
    return ridge;
  }

  private double[] row(int row, double[] target, int count) {
    MemorySegment.copy(rows, ValueLayout.JAVA_DOUBLE, rowOffset(row), target, 0, count);
    return target;
  }

  private long rowOffset(int row) {
    return (long) row * size * Double.BYTES;
  }

  private void store(int row, double[] values, int count) {
    MemorySegment.copy(values, 0, rows, ValueLayout.JAVA_DOUBLE, rowOffset(row), count);
  }

  private void sum(GramMatrices matrices, Cancellation cancellation) {
    float[] read = new float[size];
    double[] total = new double[size];
    for (int row = 0; row < size; row++) {
      cancellation.throwIfCancelled();
      Arrays.fill(total, 0);
      for (int model = 0; model < matrices.count(); model++) {
        matrices.load(model, row, 1, read);
        for (int column = 0; column < size; column++) {
          total[column] += read[column];
        }
      }
      store(row, total, size);
    }
  }

  private void addRidge(double share) {
    double trace = 0;
    for (int i = 0; i < size; i++) {
      trace += rows.get(ValueLayout.JAVA_DOUBLE, diagonal(i));
    }
    ridge = share * trace / size;
    for (int i = 0; i < size; i++) {
      double value = rows.get(ValueLayout.JAVA_DOUBLE, diagonal(i)) + ridge;
      rows.set(ValueLayout.JAVA_DOUBLE, diagonal(i), value);
    }
  }

  private long diagonal(int index) {
    return rowOffset(index) + (long) index * Double.BYTES;
  }

  private void factorise(Cancellation cancellation) {
    double[] current = new double[size];
    double[] above = new double[size];
    for (int i = 0; i < size; i++) {
      cancellation.throwIfCancelled();
      row(i, current, i + 1);
      for (int j = 0; j < i; j++) {
        row(j, above, j + 1);
        current[j] = (current[j] - dot(current, above, j)) / above[j];
      }
      double pivot = current[i] - dot(current, current, i);
      if (!(pivot > 0)) {
        throw new MergefarmException(
            ErrorCode.INVALID_VALUE,
            "The Gram matrices' sum is not positive definite; raise the parameter 'ridge'.");
      }
      current[i] = Math.sqrt(pivot);
      store(i, current, i + 1);
    }
  }

  /** Four sums keep the processor's adders busy; their order is fixed. */
  private static double dot(double[] x, double[] y, int count) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      a += x[i] * y[i];
      b += x[i + 1] * y[i + 1];
      c += x[i + 2] * y[i + 2];
      d += x[i + 3] * y[i + 3];
    }
    for (; i < count; i++) {
      a += x[i] * y[i];
    }
    return a + b + (c + d);
  }

  /** Replaces each of some right-hand sides by the solution. */
  void solve(double[][] sides, Cancellation cancellation) {
    double[] row = new double[size];
    for (int i = 0; i < size; i++) {
      cancellation.throwIfCancelled();
      row(i, row, i + 1);
      for (double[] side : sides) {
        side[i] = (side[i] - dot(side, row, i)) / row[i];
      }
    }
    for (int i = size - 1; i >= 0; i--) {
      cancellation.throwIfCancelled();
      row(i, row, i + 1);
      for (double[] side : sides) {
        side[i] /= row[i];
        subtract(side, row, side[i], i);
      }
    }
  }

  private static void subtract(double[] side, double[] row, double factor, int count) {
    for (int j = 0; j < count; j++) {
      side[j] -= factor * row[j];
    }
  }
}
