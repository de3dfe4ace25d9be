package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A reduction whose kernels count.
 *
 * @param count of the 64-bit counters
 * @param launcher launches what adds a slice to them
 * @param whole the result, from the finished counters
 */
record KernelCounts<R>(long count, Consumer<KernelSlice> launcher, Function<long[], R> whole)
    implements KernelReduction<R> {

  @Override
  public long resultBytes(long elements) {
    return count * Long.BYTES;
  }

  @Override
  public void launch(KernelSlice slice) {
    launcher.accept(slice);
  }

  @Override
  public R result(MemorySegment found, long elements) {
    return whole.apply(found.toArray(ValueLayout.JAVA_LONG));
  }
}
