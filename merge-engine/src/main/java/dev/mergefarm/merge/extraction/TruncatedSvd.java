package dev.mergefarm.merge.extraction;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.kernel.CounterRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * The largest singular values of a matrix with their vectors: exactly for small matrices and for
 * ranks near the full one, else by randomised subspace iteration (Halko, Martinsson and Tropp 2011,
 * <a href="https://arxiv.org/abs/0909.4061">Finding structure with randomness</a>), repeated until
 * what is left of the matrix shrinks by less than one part in ten thousand.
 *
 * @param values largest first
 * @param left [rows, rank]
 * @param right [rank, columns]
 */
record TruncatedSvd(double[] values, double[] left, double[] right) {

  private static final int SMALL = 256;
  private static final int EXTRA_VECTORS = 10;
  private static final int MOST_ITERATIONS = 40;
  private static final double SETTLED = 1e-4;

  int rank() {
    return values.length;
  }

  /** The decomposition with at most so many values. */
  static TruncatedSvd of(Difference matrix, int most, Cancellation cancellation) {
    int full = Math.min(matrix.rows(), matrix.columns());
    int rank = Math.min(most, full);
    int width = rank + EXTRA_VECTORS;
    return full <= SMALL || 2 * width >= full
        ? exact(matrix, rank)
        : iterated(matrix, rank, width, cancellation);
  }

  private static TruncatedSvd exact(Difference matrix, int rank) {
    return decompose(DMatrixRMaj.wrap(matrix.rows(), matrix.columns(), matrix.wide()), rank);
  }

  /** The decomposition of a matrix, which is overwritten. */
  private static TruncatedSvd decompose(DMatrixRMaj matrix, int rank) {
    int rows = matrix.numRows;
    int columns = matrix.numCols;
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(rows, columns, true, true, true);
    if (!svd.decompose(matrix)) {
      throw new ArithmeticException("the singular values of a matrix did not settle");
    }
    DMatrixRMaj u = svd.getU(null, false);
    DMatrixRMaj v = svd.getV(null, false);
    double[] sorted = svd.getSingularValues();
    SingularOps_DDRM.descendingOrder(u, false, sorted, svd.numberOfSingularValues(), v, false);
    double[] values = new double[rank];
    double[] left = new double[rows * rank];
    double[] right = new double[rank * columns];
    for (int k = 0; k < rank; k++) {
      values[k] = sorted[k];
      for (int i = 0; i < rows; i++) {
        left[i * rank + k] = u.get(i, k);
      }
      for (int j = 0; j < columns; j++) {
        right[k * columns + j] = v.get(j, k);
      }
    }
    return new TruncatedSvd(values, left, right);
  }

  private static TruncatedSvd iterated(
      Difference matrix, int rank, int width, Cancellation cancellation) {
    double energy = matrix.energy();
    DMatrixRMaj basis = start(matrix, width);
    double captured = 0;
    for (int i = 0; i < MOST_ITERATIONS; i++) {
      cancellation.throwIfCancelled();
      double[] image = matrix.transposedTimes(basis.data, width);
      double now = largest(image, matrix.columns(), width, rank);
      double left = Math.max(energy - now, 1e-14 * energy);
      boolean settled = now - captured <= SETTLED * left;
      captured = now;
      DMatrixRMaj other = orthonormal(image, matrix.columns(), width);
      basis = orthonormal(matrix.times(other.data, width), matrix.rows(), width);
      if (settled) {
        break;
      }
    }
    return within(matrix, basis, rank, width);
  }

  private static DMatrixRMaj start(Difference matrix, int width) {
    float[] drawn = new float[Math.multiplyExact(matrix.columns(), width)];
    CounterRandom.of(0, "subspace iteration", "").normals(0, drawn);
    double[] wide = IntStream.range(0, drawn.length).mapToDouble(i -> drawn[i]).toArray();
    return orthonormal(matrix.times(wide, width), matrix.rows(), width);
  }

  /** The sum of the largest squared singular values of a matrix of full height. */
  private static double largest(double[] image, int rows, int width, int rank) {
    DMatrixRMaj tall = DMatrixRMaj.wrap(rows, width, image);
    DMatrixRMaj gram = new DMatrixRMaj(width, width);
    CommonOps_DDRM.multInner(tall, gram);
    double[] squares = SingularOps_DDRM.singularValues(gram);
    java.util.Arrays.sort(squares);
    double sum = 0;
    for (int i = 0; i < rank; i++) {
      sum += squares[squares.length - 1 - i];
    }
    return sum;
  }

  /** An orthonormal basis of the columns of a matrix. */
  private static DMatrixRMaj orthonormal(double[] values, int rows, int columns) {
    QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(rows, columns);
    qr.decompose(DMatrixRMaj.wrap(rows, columns, values));
    return qr.getQ(null, true);
  }

  /** The decomposition of the part of a matrix that lies in the span of a basis. */
  private static TruncatedSvd within(Difference matrix, DMatrixRMaj basis, int rank, int width) {
    double[] image = matrix.transposedTimes(basis.data, width);
    QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(matrix.columns(), width);
    qr.decompose(DMatrixRMaj.wrap(matrix.columns(), width, image));
    DMatrixRMaj orthogonal = qr.getQ(null, true);
    TruncatedSvd core = decompose(qr.getR(null, true), rank);
    // matrix = basis * image^T, and image = orthogonal * core
    DMatrixRMaj left = new DMatrixRMaj(matrix.rows(), rank);
    CommonOps_DDRM.multTransB(basis, DMatrixRMaj.wrap(rank, width, core.right), left);
    DMatrixRMaj right = new DMatrixRMaj(rank, matrix.columns());
    CommonOps_DDRM.multTransAB(DMatrixRMaj.wrap(width, rank, core.left), orthogonal, right);
    return new TruncatedSvd(core.values, left.data, right.data);
  }
}
