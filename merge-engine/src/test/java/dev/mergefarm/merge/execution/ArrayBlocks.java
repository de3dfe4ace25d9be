package dev.mergefarm.merge.execution;

import dev.mergefarm.merge.kernel.PlainBlockMath;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/** A tensor in memory that counts what is read of it. */
public final class ArrayBlocks implements TensorBlocks {

  private final DataType dataType;
  private final Shape shape;
  private final MemorySegment content;
  private final AtomicLong bytesRead = new AtomicLong();

  private ArrayBlocks(DataType dataType, Shape shape, MemorySegment content) {
    this.dataType = dataType;
    this.shape = shape;
    this.content = content;
  }

  /** Values rounded to the element type. */
  public static ArrayBlocks of(DataType dataType, Shape shape, float... values) {
    if (values.length != shape.elements()) {
      throw new IllegalArgumentException(values.length + " values for " + shape);
    }
    MemorySegment content = Arena.ofAuto().allocate(dataType.bytesFor(values.length) + 1);
    new PlainBlockMath().encode(dataType, values, content, 0, values.length);
    return new ArrayBlocks(dataType, shape, content);
  }

  public static ArrayBlocks of(float... values) {
    return of(DataType.F32, Shape.of(values.length), values);
  }

  /** Elements of any type, as they are stored. */
  public static ArrayBlocks ofBytes(DataType dataType, Shape shape, byte... stored) {
    MemorySegment content = Arena.ofAuto().allocate(stored.length + 1);
    MemorySegment.copy(MemorySegment.ofArray(stored), 0, content, 0, stored.length);
    return new ArrayBlocks(dataType, shape, content);
  }

  /** The values as they are stored, in float32. */
  public float[] values() {
    float[] values = new float[(int) shape.elements()];
    new PlainBlockMath().decode(dataType, content, 0, values, values.length);
    return values;
  }

  /** The bytes as they are stored. */
  public byte[] stored() {
    return content.asSlice(0, dataType.bytesFor(shape.elements())).toArray(ValueLayout.JAVA_BYTE);
  }

  long bytesRead() {
    return bytesRead.get();
  }

  @Override
  public DataType dataType() {
    return dataType;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    bytesRead.addAndGet(target.byteSize());
    MemorySegment.copy(content, dataType.bytesFor(firstElement), target, 0, target.byteSize());
  }
}
