package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.execution.ExecutionSettings;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.kernel.PlainBlockMath;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Merges the same on the CPU's plain arithmetic and on another engine, all in one run, and tells
 * differences. Where {@link DeviceCheck} tries kernels, this tries what feeds them.
 */
public final class ComparedMerges {

  private final List<MergeCase> cases;
  private final List<byte[]> expected;

  public ComparedMerges(List<MergeCase> cases) {
    this.cases = List.copyOf(cases);
    try (TensorMerger plain =
        new CpuTensorMerger(
            Kernels.plain("it defines the answer"), new ExecutionSettings(2, 1 << 20, 1 << 26))) {
      expected = outputs(plain, Cancellation.NEVER);
    }
  }

  /** What is different when an engine merges all of them in one run. */
  public List<String> differences(TensorMerger merger) {
    List<byte[]> found = outputs(merger, Cancellation.NEVER);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      String difference = difference(cases.get(i).merge(), expected.get(i), found.get(i));
      if (!difference.isEmpty()) {
        differences.add(cases.get(i).name() + ": " + difference);
      }
    }
    return differences;
  }

  private List<byte[]> outputs(TensorMerger merger, Cancellation cancellation) {
    List<byte[]> outputs = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TensorSink sink =
        new TensorSink() {
          @Override
          public void write(TensorMerge tensor, MemorySegment block) {
            if (tensor != cases.get(outputs.size()).merge()) {
              throw new IllegalStateException("tensors are written out of order");
            }
            bytes.writeBytes(block.toArray(ValueLayout.JAVA_BYTE));
          }

          @Override
          public void finished(TensorMerge tensor) {
            outputs.add(bytes.toByteArray());
            bytes.reset();
          }
        };
    merger.merge(cases.stream().map(MergeCase::merge).iterator(), sink, cancellation);
    return outputs;
  }

  private static String difference(TensorMerge tensor, byte[] expected, byte[] found) {
    if (expected.length != found.length) {
      return found.length + " bytes instead of " + expected.length;
    }
    float[] wanted = decode(tensor, expected);
    float[] got = decode(tensor, found);
    for (int i = 0; i < wanted.length; i++) {
      // floatToIntBits gives every NaN the same bits.
      if (Float.floatToIntBits(wanted[i]) != Float.floatToIntBits(got[i])) {
        return "element " + i + " is " + got[i] + " instead of " + wanted[i];
      }
    }
    return "";
  }

  private static float[] decode(TensorMerge tensor, byte[] bytes) {
    float[] values = new float[Math.toIntExact(tensor.shape().elements())];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(Math.max(1, bytes.length), Long.BYTES);
      MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
      new PlainBlockMath().decode(tensor.outputType(), segment, 0, values, values.length);
    }
    return values;
  }
}
