package dev.mergefarm.benchmarks.kernel;

import static dev.mergefarm.benchmarks.kernel.KernelState.BLOCK;
import static dev.mergefarm.benchmarks.kernel.KernelState.ELEMENTS;

import dev.mergefarm.merge.kernel.BlockMath;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** One invocation handles every block of the inputs once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KernelMeasurements {

  /** What the others are compared with: the bytes of one input, read and written. */
  @Benchmark
  public void copy(KernelState state) {
    MemorySegment.copy(state.first, 0, state.output, 0, state.output.byteSize());
  }

  @Benchmark
  public void decode(KernelState state) {
    for (int at = 0; at < ELEMENTS; at += BLOCK) {
      state.math.decode(state.type, state.first, state.offset(at), state.x, BLOCK);
    }
  }

  @Benchmark
  public void encode(KernelState state) {
    for (int at = 0; at < ELEMENTS; at += BLOCK) {
      state.math.encode(state.type, state.x, state.output, state.offset(at), BLOCK);
    }
  }

  @Benchmark
  public void linearOfThree(KernelState state) {
    BlockMath math = state.math;
    for (int at = 0; at < ELEMENTS; at += BLOCK) {
      long offset = state.offset(at);
      math.decodeScaled(state.type, state.first, offset, 0.5f, state.sum, BLOCK);
      math.decodeAddScaled(state.type, state.second, offset, 0.3f, state.sum, BLOCK);
      math.decodeAddScaled(state.type, state.third, offset, 0.2f, state.sum, BLOCK);
      math.encode(state.type, state.sum, state.output, offset, BLOCK);
    }
  }

  @Benchmark
  public void tiesOfTwo(KernelState state) {
    BlockMath math = state.math;
    for (int at = 0; at < ELEMENTS; at += BLOCK) {
      long offset = state.offset(at);
      math.decode(state.type, state.first, offset, state.base, BLOCK);
      math.decodeSubtract(state.type, state.second, offset, state.base, state.x, BLOCK);
      math.decodeSubtract(state.type, state.third, offset, state.base, state.y, BLOCK);
      math.keepLarge(state.x, state.x, 0.7f, BLOCK);
      math.keepLarge(state.y, state.y, 0.7f, BLOCK);
      math.add(state.sum, state.x, state.y, BLOCK);
      Arrays.fill(state.agreed, 0);
      Arrays.fill(state.weights, 0);
      math.addAgreeing(state.agreed, state.weights, state.x, state.sum, 0.5f, BLOCK);
      math.addAgreeing(state.agreed, state.weights, state.y, state.sum, 0.5f, BLOCK);
      math.replaceZeros(state.weights, state.weights, BLOCK);
      math.divide(state.agreed, state.agreed, state.weights, BLOCK);
      math.add(state.agreed, state.agreed, state.base, BLOCK);
      math.encode(state.type, state.agreed, state.output, offset, BLOCK);
    }
  }

  @Benchmark
  public void dotProducts(KernelState state) {
    for (int at = 0; at < ELEMENTS; at += BLOCK) {
      long offset = state.offset(at);
      state.math.decode(state.type, state.first, offset, state.x, BLOCK);
      state.math.decode(state.type, state.second, offset, state.y, BLOCK);
      state.math.addProducts(state.totals, state.x, state.y, BLOCK);
    }
  }

  @Benchmark
  public void randomMask(KernelState state) {
    for (int at = 0; at < ELEMENTS; at += BLOCK) {
      state.math.decode(state.type, state.first, state.offset(at), state.x, BLOCK);
      state.math.uniform(state.random, at, state.y, BLOCK);
      state.math.keepDrawn(state.x, state.x, state.y, 0.5f, BLOCK);
    }
  }
}
