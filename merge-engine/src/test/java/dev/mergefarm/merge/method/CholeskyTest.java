package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.execution.ArrayBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyTest {

  private static final int SIZE = 37;

  /** A product of a random matrix with its transpose, which is positive definite. */
  private static float[] definite() {
    Random random = new Random(1);
    double[] factor = random.doubles((long) SIZE * SIZE, -1, 1).toArray();
    float[] matrix = new float[SIZE * SIZE];
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        double sum = i == j ? 1 : 0;
        for (int k = 0; k < SIZE; k++) {
          sum += factor[i * SIZE + k] * factor[j * SIZE + k];
        }
        matrix[i * SIZE + j] = (float) sum;
      }
    }
    return matrix;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, SIZE})
  void solutionsSatisfyTheSystemInMemoryAndInAFile(int largestInMemory) {
    float[] matrix = definite();
    ArrayBlocks blocks = ArrayBlocks.of(DataType.F32, Shape.of(SIZE, SIZE), matrix);
    GramMatrices matrices = new GramMatrices(List.of(blocks), new double[] {1}, 1);
    double[][] sides = {new Random(2).doubles(SIZE).toArray(), new double[SIZE]};
    double[] wanted = sides[0].clone();

    Cholesky.of(matrices, SIZE, 0, largestInMemory, Cancellation.NEVER)
        .solve(sides, Cancellation.NEVER);

    for (int i = 0; i < SIZE; i++) {
      double sum = 0;
      for (int j = 0; j < SIZE; j++) {
        sum += (double) matrix[i * SIZE + j] * sides[0][j];
      }
      assertThat(sum).isCloseTo(wanted[i], within(1e-9));
    }
    assertThat(sides[1]).containsOnly(0.0);
  }
}
