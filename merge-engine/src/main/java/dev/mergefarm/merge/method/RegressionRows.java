package dev.mergefarm.merge.method;

/**
 * Rows of {@code (sum W_i G_i) (sum G_i)^-1}, with the ridge shared out to the diagonals of all
 * Gram matrices, so that it pulls towards the models' mean and not towards zero. Rows are computed
 * in groups; for each group every Gram matrix is read once.
 *
 * @param outputs rows of the tensor
 * @param size columns of the tensor
 */
record RegressionRows(GramMatrices matrices, int outputs, int size, CholeskyOnce factor)
    implements ElementMap {

  /** Elements of a group of rows, at most, unless one row has more: 4 MiB in float64. */
  private static final int GROUP_ELEMENTS = 1 << 19;

  private static final int GRAM_ROWS = 16;

  @Override
  public int slabElements() {
    int rows = Math.clamp(GROUP_ELEMENTS / Math.max(1, size), 1, Math.max(1, outputs));
    return rows * size;
  }

  /**
   * Merged rows.
   *
   * @param first flat index of their first element
   */
  record Rows(long first, double[][] values) {}

  @Override
  public Rows prepare(Slab slab) {
    double[][] rows = new double[slab.length() / size][size];
    float[] weights = new float[slab.length()];
    float[] gram = new float[GRAM_ROWS * size];
    Cholesky cholesky = factor.get(slab.cancellation());
    for (int model = 0; model < matrices.count(); model++) {
      slab.load(model, 0, weights.length, weights);
      for (int first = 0; first < size; first += GRAM_ROWS) {
        slab.cancellation().throwIfCancelled();
        int count = Math.min(GRAM_ROWS, size - first);
        matrices.load(model, first, count, gram);
        addRidge(gram, first, count, (float) (cholesky.ridge() / matrices.count()));
        for (int row = 0; row < rows.length; row++) {
          addProduct(rows[row], weights, row * size + first, gram, count);
        }
      }
    }
    cholesky.solve(rows, slab.cancellation());
    return new Rows(slab.first(), rows);
  }

  private void addRidge(float[] gram, int first, int count, float ridge) {
    for (int k = 0; k < count; k++) {
      gram[k * size + first + k] += ridge;
    }
  }

  private void addProduct(double[] row, float[] weights, int from, float[] gram, int count) {
    for (int k = 0; k < count; k++) {
      double weight = weights[from + k];
      int start = k * size;
      for (int j = 0; j < size; j++) {
        row[j] += weight * gram[start + j];
      }
    }
  }

  @Override
  public void apply(Block block, float[] result) {
    Rows rows = (Rows) block.prepared();
    for (int i = 0; i < block.length(); i++) {
      int place = (int) (block.first() + i - rows.first());
      result[i] = (float) rows.values()[place / size][place % size];
    }
  }
}
