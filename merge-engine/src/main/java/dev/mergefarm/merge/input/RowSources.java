package dev.mergefarm.merge.input;

import dev.mergefarm.storage.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    private final List<List<Row>> means = new ArrayList<>();
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

  /** The sources as bytes; equal only for equal sources. */
  public byte[] encoded() {
    ByteBuffer bytes = ByteBuffer.allocate(2 * Integer.BYTES * height() + Integer.BYTES);
    bytes.asIntBuffer().put(matrices).put(rows).put(realRows);
    byte[] averages = means.toString().getBytes(StandardCharsets.UTF_8);
    byte[] encoded = Arrays.copyOf(bytes.array(), bytes.capacity() + averages.length);
    System.arraycopy(averages, 0, encoded, bytes.capacity(), averages.length);
    return encoded;
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

  /** Whether the matrix is one of the matrices as it is. */
  public boolean isIdentity(int matrix, long matrixHeight) {
    return height() == matrixHeight
        && realRows == height()
        && isCopy(0)
        && matrices[0] == matrix
        && rows[0] == 0
        && runLength(0, height()) == height();
  }

  /**
   * The same rows, counted among the matrices that are used.
   *
   * @param sources the rows, by the new numbers
   * @param used the old numbers of the matrices, the model's own first
   */
  public record Compact(RowSources sources, List<Integer> used) {}

  /** Leaves out the matrices that no row is taken from, and puts one of them first. */
  public Compact compact(int own) {
    List<Integer> used = new ArrayList<>(List.of(own));
    for (int row = 0; row < height(); row++) {
      for (Row source : sources(row)) {
        if (!used.contains(source.matrix())) {
          used.add(source.matrix());
        }
      }
    }
    Builder builder = new Builder(height());
    for (int row = 0; row < realRows; row++) {
      if (isCopy(row)) {
        builder.copy(row, renumbered(copied(row), used));
      } else if (matrices[row] == MEAN) {
        builder.mean(row, averaged(row).stream().map(from -> renumbered(from, used)).toList());
      }
    }
    if (realRows < height()) {
      builder.padFrom(realRows);
    }
    return new Compact(builder.build(), List.copyOf(used));
  }

  private static Row renumbered(Row row, List<Integer> used) {
    return new Row(used.indexOf(row.matrix()), row.row());
  }

  private List<Row> sources(int row) {
    if (isCopy(row)) {
      return List.of(copied(row));
    }
    return matrices[row] == MEAN ? averaged(row) : List.of();
  }

  /** Refuses matrices of different width and sources outside them. */
  void check(List<Shape> shapes) {
    long widths = shapes.stream().map(shape -> shape.dimension(1)).distinct().count();
    if (widths != 1) {
      throw new IllegalArgumentException("Embedding sizes must match, found " + shapes);
    }
    for (int row = 0; row < height(); row++) {
      for (Row source : sources(row)) {
        if (source.row() < 0 || source.row() >= shapes.get(source.matrix()).dimension(0)) {
          throw new IllegalArgumentException("no row " + source + " in " + shapes);
        }
      }
    }
  }
}
