package dev.mergefarm.merge.extraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.Cancellation;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.junit.jupiter.api.Test;

class TruncatedSvdTest {

  private static Difference random(int rows, int columns, double decay) {
    Random random = new Random(rows);
    float[] values = new float[rows * columns];
    for (int k = 0; k < Math.min(rows, columns); k++) {
      double size = Math.pow(decay, k);
      double[] left = random.doubles(rows, -1, 1).toArray();
      double[] right = random.doubles(columns, -1, 1).toArray();
      if (size < 1e-9) {
        break;
      }
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          values[i * columns + j] += (float) (size * left[i] * right[j]);
        }
      }
    }
    return new Difference(rows, columns, values);
  }

  private static double distance(Difference matrix, TruncatedSvd svd) {
    double[] values = matrix.wide();
    double sum = 0;
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        double near = 0;
        for (int k = 0; k < svd.rank(); k++) {
          near +=
              svd.left()[i * svd.rank() + k]
                  * svd.values()[k]
                  * svd.right()[k * matrix.columns() + j];
        }
        sum += Math.pow(values[i * matrix.columns() + j] - near, 2);
      }
    }
    return Math.sqrt(sum);
  }

  /** The least distance of any matrix of a rank (Eckart and Young). */
  private static double least(Difference matrix, int rank) {
    double[] singular =
        SingularOps_DDRM.singularValues(
            DMatrixRMaj.wrap(matrix.rows(), matrix.columns(), matrix.wide()));
    java.util.Arrays.sort(singular);
    double sum = 0;
    for (int i = 0; i < singular.length - rank; i++) {
      sum += singular[i] * singular[i];
    }
    return Math.sqrt(sum);
  }

  @Test
  void aSmallMatrixIsDecomposedExactly() {
    for (Difference matrix : new Difference[] {random(30, 20, 0.9), random(20, 30, 0.9)}) {
      assertThat(distance(matrix, TruncatedSvd.of(matrix, 20, Cancellation.NEVER)))
          .isLessThan(1e-6 * Math.sqrt(matrix.energy()));
      assertThat(distance(matrix, TruncatedSvd.of(matrix, 5, Cancellation.NEVER)))
          .isEqualTo(least(matrix, 5), within(1e-9));
    }
  }

  @Test
  void aLargeMatrixIsApproximatedAsNearlyAsAnyOfItsRank() {
    // Slowly falling values are the hard case: the space after the rank is nearly as large.
    for (double decay : new double[] {0.97, 0.995}) {
      for (Difference matrix :
          new Difference[] {random(320, 400, decay), random(400, 320, decay)}) {
        TruncatedSvd svd = TruncatedSvd.of(matrix, 12, Cancellation.NEVER);
        assertThat(svd.rank()).isEqualTo(12);
        assertThat(distance(matrix, svd)).isLessThan(1.001 * least(matrix, 12));
      }
    }
  }

  @Test
  void aMatrixOfLowRankIsFoundWhole() {
    Difference matrix = random(500, 300, 1e-3);
    TruncatedSvd svd = TruncatedSvd.of(matrix, 8, Cancellation.NEVER);
    assertThat(distance(matrix, svd)).isLessThan(1e-5 * Math.sqrt(matrix.energy()));
    assertThat(svd.values()[7]).isLessThan(1e-4 * svd.values()[0]);
  }

  @Test
  void noDifferenceHasNoSingularValues() {
    for (int size : new int[] {10, 400}) {
      Difference matrix = new Difference(size, size, new float[size * size]);
      assertThat(TruncatedSvd.of(matrix, 4, Cancellation.NEVER).values()).containsOnly(0);
    }
  }
}
