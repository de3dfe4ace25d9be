package dev.mergefarm.merge.method;

import dev.mergefarm.common.Cancellation;

/**
 * The Cholesky factor of the summed Gram matrices, computed by the first thread that asks for it.
 * Safe for many threads.
 */
final class CholeskyOnce {

  private final GramMatrices matrices;
  private final int size;
  private final double ridge;
  private Cholesky factor;

  /**
   * @param ridge what is added to the diagonal, times the diagonal's mean
   */
  CholeskyOnce(GramMatrices matrices, int size, double ridge) {
    this.matrices = matrices;
    this.size = size;
    this.ridge = ridge;
  }

  synchronized Cholesky get(Cancellation cancellation) {
    if (factor == null) {
      factor = Cholesky.of(matrices, size, ridge, cancellation);
    }
    return factor;
  }
}
