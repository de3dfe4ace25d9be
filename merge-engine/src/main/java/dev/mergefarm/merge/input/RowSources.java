package dev.mergefarm.merge.input;

import dev.mergefarm.storage.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * For each row of a matrix, which row of which matrix it is a copy of; a few rows are zero, the
 * mean of some rows, or the mean of all rows that are not padding.
 */
public final class RowSources {

  private static final int ZERO = -1;
  private static final int MEAN = -2;
  private static final int MEAN_OF_ALL = -3;

  private final int[] matrices;
  private final int[] rows;
  private final List<List<Row>> means;
  private final int realRows;

  /** A row of one of the matrices, by number. */
  public record Row(int matrix, int row) {}

  private RowSources(Builder builder) {
    this.matrices = builder.matrices;
    this.rows = builder.rows;
    this.means = List.copyOf(builder.means);
    this.realRows = builder.realRows;
  }

  /** Collects the sources of a matrix of a known height; rows not set are zero. */
  public static final class Builder {
    private final int[] matrices;
    private final int[] rows;
    private final List<List<Row>> means = new java.util.ArrayList<>();
    private int realRows;

    public Builder(int height) {
      matrices = new int[height];
      rows = new int[height];
      realRows = height;
      Arrays.fill(matrices, ZERO);
    }

    public void copy(int target, Row source) {
      matrices[target] = source.matrix();
      rows[target] = source.row();
    }

    /** The mean of rows, added in order. */
    public void mean(int target, List<Row> sources) {
      matrices[target] = MEAN;
      rows[target] = means.size();
      means.add(List.copyOf(sources));
    }

    /** Makes this row and all after it the mean of all rows before it. */
    public void padFrom(int row) {
      realRows = row;
      Arrays.fill(matrices, row, matrices.length, MEAN_OF_ALL);
    }

    public RowSources build() {
      return new RowSources(this);
    }
  }

  /** Number of rows. */
  public int height() {
    return rows.length;
  }

  /** Rows before the padding. */
  int realRows() {
    return realRows;
  }

  /** Whether some row is not a plain copy, so that arithmetic is needed. */
  boolean averages() {
    return !means.isEmpty() || realRows < height();
  }

  /** A text that differs where the rows' sources differ. */
  public String fingerprint() {
    return Integer.toHexString(Arrays.hashCode(matrices))
        + Integer.toHexString(Arrays.hashCode(rows))
        + means
        + realRows;
  }

  boolean isCopy(int row) {
    return matrices[row] >= 0;
  }

  boolean isZero(int row) {
    return matrices[row] == ZERO;
  }

  boolean isPadding(int row) {
    return matrices[row] == MEAN_OF_ALL;
  }

  Row copied(int row) {
    return new Row(matrices[row], rows[row]);
  }

  List<Row> averaged(int row) {
    return means.get(rows[row]);
  }

  /** How many rows from this one on are consecutive rows of one matrix. */
  int runLength(int row, int limit) {
    int length = 1;
    while (length < limit
        && matrices[row + length] == matrices[row]
        && rows[row + length] == rows[row] + length) {
      length++;
    }
    return length;
  }

  /** Refuses matrices of different width and sources outside them. */
  void check(List<Shape> shapes) {
    long widths = shapes.stream().map(shape -> shape.dimension(1)).distinct().count();
    if (widths != 1) {
      throw new IllegalArgumentException("Embedding sizes must match, found " + shapes);
    }
    for (int row = 0; row < height(); row++) {
      List<Row> sources =
          isCopy(row)
              ? List.of(copied(row))
              : matrices[row] == MEAN ? averaged(row) : List.<Row>of();
      for (Row source : sources) {
        if (source.row() < 0 || source.row() >= shapes.get(source.matrix()).dimension(0)) {
          throw new IllegalArgumentException("no row " + source + " in " + shapes);
        }
      }
    }
  }
}
