package dev.mergefarm.benchmarks.kernel;

import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.kernel.CounterRandom;
import dev.mergefarm.merge.kernel.PlainBlockMath;
import dev.mergefarm.merge.kernel.VectorBlockMath;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Inputs, output and rows of scratch that stay in a second-level cache. */
@State(Scope.Thread)
public class KernelState {

  /** Elements of every input in one invocation. */
  static final int ELEMENTS = 1 << 16;

  static final int BLOCK = 512;

  @Param({"vector", "plain"})
  String path;

  @Param({"BF16", "F16", "F32"})
  DataType type;

  BlockMath math;
  MemorySegment first;
  MemorySegment second;
  MemorySegment third;
  MemorySegment output;
  final float[] base = new float[BLOCK];
  final float[] x = new float[BLOCK];
  final float[] y = new float[BLOCK];
  final float[] sum = new float[BLOCK];
  final float[] agreed = new float[BLOCK];
  final float[] weights = new float[BLOCK];
  final double[] totals = new double[BlockMath.LANES];
  final CounterRandom random = CounterRandom.of(1, "tensor", "model");

  /** Fills the inputs with normal numbers. */
  @Setup(Level.Trial)
  public void fill() {
    math = path.equals("vector") ? new VectorBlockMath() : new PlainBlockMath();
    Random normal = new Random(1);
    first = tensor(normal);
    second = tensor(normal);
    third = tensor(normal);
    output = tensor(normal);
  }

  private MemorySegment tensor(Random normal) {
    MemorySegment tensor = Arena.ofAuto().allocate((long) ELEMENTS * type.bytes(), 64);
    for (int at = 0; at < ELEMENTS; at += BLOCK) {
      for (int i = 0; i < BLOCK; i++) {
        x[i] = (float) normal.nextGaussian();
      }
      math.encode(type, x, tensor, offset(at), BLOCK);
    }
    return tensor;
  }

  long offset(int element) {
    return (long) element * type.bytes();
  }
}
