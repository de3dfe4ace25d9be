package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.PlainBlockMath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The models' Gram matrices, read a few rows at a time, with each model's factor and with smaller
 * off-diagonal entries. The arrays are not copied and not to be changed. Safe for many threads.
 *
 * @param matrices square, of one size
 * @param factors one for each matrix
 * @param offDiagonal the further factor on entries off the diagonal
 */
record GramMatrices(List<TensorBlocks> matrices, double[] factors, double offDiagonal) {

  GramMatrices {
    matrices = List.copyOf(matrices);
  }

  int count() {
    return matrices.size();
  }

  int size() {
    return Math.toIntExact(matrices.getFirst().shape().dimension(0));
  }

  /**
   * Some rows of one model's matrix, row after row.
   *
   * @param target at least {@code rows * size()} long
   */
  void load(int model, int firstRow, int rows, float[] target) {
    TensorBlocks matrix = matrices.get(model);
    int size = size();
    try (Arena arena = Arena.ofShared()) {
      long elements = (long) rows * size;
      MemorySegment stored = arena.allocate(matrix.dataType().bytesFor(elements), Long.BYTES);
      matrix.read((long) firstRow * size, stored);
      new PlainBlockMath().decode(matrix.dataType(), stored, 0, target, (int) elements);
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < size; column++) {
        double scale = firstRow + row == column ? 1 : offDiagonal;
        target[row * size + column] *= (float) (factors[model] * scale);
      }
    }
  }
}
