package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.List;

/**
 * Where one input tensor comes from. A plan holds origins, which are headers only; opening one with
 * the sources of its models makes it readable.
 */
public sealed interface TensorOrigin {

  DataType dataType();

  Shape shape();

  /** The type of the model's own tensor, where {@link #dataType} is what it is computed in. */
  default DataType storedType() {
    return switch (this) {
      case Stored stored -> stored.dataType();
      case Joined joined -> joined.parts().getFirst().storedType();
      case Gathered gathered -> gathered.matrices().getFirst().storedType();
      case Adapted adapted -> adapted.weight().storedType();
      case Shifted shifted -> shifted.weight().storedType();
      case Varied varied -> varied.weight().storedType();
      case Given given -> given.dataType();
    };
  }

  /** Bytes that are read from stores when the tensor is read once. */
  long storedBytes();

  /**
   * The tensor, readable.
   *
   * @param sources the opened checkpoints, in the order of the plan's models
   */
  TensorBlocks open(List<TensorSource> sources);

  /** A tensor of a checkpoint as it is stored. */
  record Stored(int source, TensorInfo info) implements TensorOrigin {
    @Override
    public DataType dataType() {
      return info.dataType();
    }

    @Override
    public Shape shape() {
      return info.shape();
    }

    @Override
    public long storedBytes() {
      return info.bytes();
    }

    @Override
    public TensorBlocks open(List<TensorSource> sources) {
      return TensorBlocks.stored(sources.get(source), info);
    }
  }

  /** Tensors of one type, one after the other, seen as one. */
  record Joined(Shape shape, List<TensorOrigin> parts) implements TensorOrigin {
    public Joined {
      parts = List.copyOf(parts);
      long elements = parts.stream().mapToLong(part -> part.shape().elements()).sum();
      long types = parts.stream().map(TensorOrigin::dataType).distinct().count();
      if (elements != shape.elements() || types != 1) {
        throw new IllegalArgumentException(
            "parts of " + types + " types with " + elements + " elements do not make " + shape);
      }
    }

    @Override
    public DataType dataType() {
      return parts.getFirst().dataType();
    }

    @Override
    public long storedBytes() {
      return parts.stream().mapToLong(TensorOrigin::storedBytes).sum();
    }

    @Override
    public TensorBlocks open(List<TensorSource> sources) {
      return new JoinedBlocks(shape, parts.stream().map(part -> part.open(sources)).toList());
    }
  }

  /** Rows of a matrix in the order of another vocabulary. */
  record Gathered(List<TensorOrigin> matrices, RowSources rows) implements TensorOrigin {
    public Gathered {
      matrices = List.copyOf(matrices);
      rows.check(matrices.stream().map(TensorOrigin::shape).toList());
    }

    /** The type of the model's own matrix, the first. */
    @Override
    public DataType dataType() {
      boolean copies = matrices.stream().map(TensorOrigin::dataType).distinct().count() == 1;
      return copies && !rows.averages() ? matrices.getFirst().dataType() : DataType.F32;
    }

    @Override
    public Shape shape() {
      return Shape.of(rows.height(), matrices.getFirst().shape().dimension(1));
    }

    @Override
    public long storedBytes() {
      return matrices.stream().mapToLong(TensorOrigin::storedBytes).sum();
    }

    @Override
    public TensorBlocks open(List<TensorSource> sources) {
      return new GatheredBlocks(
          matrices.stream().map(matrix -> matrix.open(sources)).toList(), rows, dataType());
    }
  }

  /** A weight with a low-rank product added. */
  record Adapted(TensorOrigin weight, LowRankUpdate update, DataType dataType)
      implements TensorOrigin {
    @Override
    public Shape shape() {
      return weight.shape();
    }

    @Override
    public long storedBytes() {
      return weight.storedBytes() + update.down().storedBytes() + update.up().storedBytes();
    }

    @Override
    public TensorBlocks open(List<TensorSource> sources) {
      return new AdaptedBlocks(weight.open(sources), update, dataType, sources);
    }
  }

  /** A tensor with a multiple of another of its shape added. */
  record Shifted(TensorOrigin weight, TensorOrigin change, double scale, DataType dataType)
      implements TensorOrigin {
    public Shifted {
      if (!weight.shape().equals(change.shape())) {
        throw new IllegalArgumentException(
            "a change of shape " + change.shape() + " does not fit " + weight.shape());
      }
    }

    @Override
    public Shape shape() {
      return weight.shape();
    }

    @Override
    public long storedBytes() {
      return weight.storedBytes() + change.storedBytes();
    }

    @Override
    public TensorBlocks open(List<TensorSource> sources) {
      return new ShiftedBlocks(weight.open(sources), change.open(sources), scale, dataType);
    }
  }

  /** A weight with noise or a factor, seen in float32. */
  record Varied(TensorOrigin weight, Variation variation) implements TensorOrigin {
    public Varied {
      if (!weight.dataType().computable()) {
        throw new IllegalArgumentException("no arithmetic on " + weight.dataType());
      }
    }

    @Override
    public DataType dataType() {
      return DataType.F32;
    }

    @Override
    public Shape shape() {
      return weight.shape();
    }

    @Override
    public long storedBytes() {
      return weight.storedBytes();
    }

    @Override
    public TensorBlocks open(List<TensorSource> sources) {
      return new VariedBlocks(weight.open(sources), variation);
    }
  }

  /**
   * Numbers that a plan knows itself, in float32.
   *
   * @param values row-major
   */
  record Given(Shape shape, float[] values) implements TensorOrigin {
    public Given {
      values = values.clone();
      if (shape.elements() != values.length) {
        throw new IllegalArgumentException(values.length + " values do not make " + shape);
      }
    }

    @Override
    public DataType dataType() {
      return DataType.F32;
    }

    @Override
    public float[] values() {
      return values.clone();
    }

    @Override
    public long storedBytes() {
      return 0;
    }

    @Override
    public TensorBlocks open(List<TensorSource> sources) {
      return new GivenBlocks(shape, values);
    }
  }
}
