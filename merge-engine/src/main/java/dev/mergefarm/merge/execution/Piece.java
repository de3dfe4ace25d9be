package dev.mergefarm.merge.execution;

import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.method.Block;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stretch of every stream of a tensor in memory, and a window of one block over it. One per
 * worker, reused for all pieces; used by one thread.
 */
final class Piece implements Block {

  private final BlockMath math;
  private final List<float[]> rows = new ArrayList<>();
  private final List<float[]> scratch = new ArrayList<>();
  private MemorySegment[] segments = new MemorySegment[0];
  private DataType[] types = new DataType[0];
  private boolean[] decoded = new boolean[0];
  private int inputs;
  private long pieceFirst;
  private long first;
  private int length;
  private Object prepared;

  Piece(BlockMath math) {
    this.math = math;
  }

  /** Points at a new stretch; the window is then moved before anything is read. */
  void load(TensorStreams streams, int streamCount, MemorySegment[] loaded, long firstElement) {
    if (segments.length < streamCount) {
      segments = new MemorySegment[streamCount];
      types = new DataType[streamCount];
      decoded = new boolean[streamCount];
    }
    for (int i = 0; i < streamCount; i++) {
      segments[i] = loaded[i];
      types[i] = streams.stream(i).dataType();
    }
    inputs = streams.inputCount();
    pieceFirst = firstElement;
  }

  void prepared(Object value) {
    prepared = value;
  }

  void window(long firstElement, int count) {
    first = firstElement;
    length = count;
    Arrays.fill(decoded, false);
  }

  private long offset(int stream) {
    return (first - pieceFirst) * types[stream].bytes();
  }

  /** Decodes elements of an input from anywhere in the piece. */
  void decode(int input, long firstElement, int count, float[] target) {
    long offset = (firstElement - pieceFirst) * types[input].bytes();
    math.decode(types[input], segments[input], offset, target, count);
  }

  @Override
  public long first() {
    return first;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public float[] input(int index) {
    float[] row = row(rows, index);
    if (!decoded[index]) {
      math.decode(types[index], segments[index], offset(index), row, length);
      decoded[index] = true;
    }
    return row;
  }

  @Override
  public float[] companion(int index) {
    return input(inputs + index);
  }

  @Override
  public float[] scratch(int number) {
    return row(scratch, number);
  }

  private static float[] row(List<float[]> rows, int index) {
    while (rows.size() <= index) {
      rows.add(new float[CAPACITY]);
    }
    return rows.get(index);
  }

  @Override
  public void scaleInput(int index, float weight, float[] target) {
    math.decodeScaled(types[index], segments[index], offset(index), weight, target, length);
  }

  @Override
  public void addScaledInput(int index, float weight, float[] target) {
    math.decodeAddScaled(types[index], segments[index], offset(index), weight, target, length);
  }

  @Override
  public void taskVector(int index, int base, float[] target) {
    math.decodeSubtract(types[index], segments[index], offset(index), input(base), target, length);
  }

  @Override
  public Object prepared() {
    return prepared;
  }

  @Override
  public BlockMath math() {
    return math;
  }
}
