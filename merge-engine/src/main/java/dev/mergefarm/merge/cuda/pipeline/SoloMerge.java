package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.StageKernels;
import dev.mergefarm.merge.cuda.TensorKernels;
import dev.mergefarm.merge.method.Stage;
import java.util.Optional;

/**
 * Merges one tensor for which memory ran out, one slice at a time and each half as long as before
 * until it fits. Slow, and only for such tensors; one that does not fit in its shortest slices is
 * left to the CPU.
 */
final class SoloMerge {

  private final LaneRun run;
  private final OutputPath output;

  SoloMerge(LaneRun run, OutputPath output) {
    this.run = run;
    this.output = output;
  }

  /**
   * @param length of the slices that did not fit, in elements
   */
  void merge(TensorWork work, long length) {
    work.stopReading();
    long bytes = run.lane().slotBytes();
    for (long last = Long.MAX_VALUE; ; ) {
      run.lane().drainOutput();
      work.release();
      long next = Math.min(length, sliceLength(work, bytes));
      if (next >= last) {
        output.refuse(work, "the device has too little memory for its shortest slices");
        return;
      }
      if (fits(work, bytes)) {
        return;
      }
      last = next;
      bytes /= 2;
    }
  }

  private long sliceLength(TensorWork work, long bytes) {
    work.use(run.lane().kernels().open(work.tensor(), run.lane().compute()));
    Stage first = work.kernels().orElseThrow().start();
    return Slicing.of(work.tensor(), first, bytes).length();
  }

  private boolean fits(TensorWork work, long bytes) {
    try (Slot slot = new Slot(run.lane().device(), Math.max(1, bytes))) {
      try {
        stages(work, slot, bytes);
        return true;
      } finally {
        run.lane().drainOutput();
      }
    } catch (MergefarmException failure) {
      if (failure.code() == ErrorCode.DEVICE_MEMORY) {
        return false;
      }
      throw failure;
    }
  }

  private void stages(TensorWork work, Slot slot, long bytes) {
    TensorKernels kernels = work.kernels().orElseThrow();
    Stage stage = kernels.start();
    while (stage instanceof Stage.Reduce<?> reduce) {
      Slicing slicing = Slicing.of(work.tensor(), stage, bytes);
      for (int slice = 0; slice < slicing.count(); slice++) {
        kernels.reduce(reduce, bring(work, stage, slicing, slice, slot).deviceSlice());
      }
      stage = kernels.finish(reduce);
      Optional<String> refusal = StageKernels.refusal(work.tensor(), stage);
      if (refusal.isPresent()) {
        output.refuse(work, refusal.get());
        return;
      }
    }
    Slicing slicing = Slicing.of(work.tensor(), stage, bytes);
    for (int slice = firstMissing(work, slicing); slice < slicing.count(); slice++) {
      Upload upload = bring(work, stage, slicing, slice, slot);
      output.send(work, stage, slicing, slice, upload.addresses());
    }
  }

  /** What was handed on before memory ran out is not computed again. */
  private static int firstMissing(TensorWork work, Slicing slicing) {
    return Math.toIntExact(work.emitted() / slicing.length());
  }

  /** Waits for the slot's last use and fills it anew. */
  private Upload bring(TensorWork work, Stage stage, Slicing slicing, int slice, Slot slot) {
    run.control().throwIfOver();
    run.lane().compute().synchronize();
    return Upload.toSlot(run, run.lane().compute(), work, stage, slicing, slice, slot);
  }
}
