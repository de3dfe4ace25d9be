package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.StageKernels;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorMerge;
import java.util.Optional;

/**
 * Reads tensor after tensor and sends it to the device. A tensor that is reduced first stays there
 * when there is room, and the next one is read meanwhile; else it is read again for every stage,
 * slice by slice.
 */
final class LaneReader implements Runnable {

  private final LaneRun run;
  private final Dispatcher dispatcher;

  LaneReader(LaneRun run, Dispatcher dispatcher) {
    this.run = run;
    this.dispatcher = dispatcher;
  }

  @Override
  public void run() {
    try {
      for (Optional<TensorWork> work = dispatcher.next(run);
          work.isPresent();
          work = dispatcher.next(run)) {
        read(work.get());
      }
      run.tasks().put(new LaneRun.SliceTask.End());
    } catch (Throwable failure) {
      run.control().fail(failure);
    }
  }

  private void read(TensorWork work) {
    Stage first = work.kernels().orElseThrow().start();
    if (first instanceof Stage.Reduce<?> && !hasCompanions(work.tensor())) {
      work.keep(room(work.tensor(), first));
    }
    boolean resident = work.lease().isPresent();
    Optional<Stage> stage = Optional.of(first);
    while (stage.isPresent()) {
      readPass(work, stage.get(), resident);
      boolean over = resident || !(stage.get() instanceof Stage.Reduce<?>);
      stage = over ? Optional.empty() : work.awaitNext();
    }
  }

  private static boolean hasCompanions(TensorMerge tensor) {
    return tensor.inputs().stream().anyMatch(input -> input.companion().isPresent());
  }

  private Optional<ResidentLedger.Lease> room(TensorMerge tensor, Stage stage) {
    Slicing slicing = Slicing.of(tensor, stage, run.lane().slotBytes());
    long extra = StageKernels.extraBytes(stage, tensor.shape().elements());
    try {
      return run.ledger().acquire(slicing.residentBytes(), extra);
    } catch (MergefarmException failure) {
      if (failure.code() == ErrorCode.DEVICE_MEMORY) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  private void readPass(TensorWork work, Stage stage, boolean resident) {
    Slicing slicing = Slicing.of(work.tensor(), stage, run.lane().slotBytes());
    for (int slice = 0; slice < slicing.count() && !work.abandoned(); slice++) {
      Slot slot = run.takeUpload();
      try {
        Upload upload = bring(work, stage, slicing, slice, slot, resident);
        run.tasks().put(new LaneRun.SliceTask.Compute(upload));
      } catch (MergefarmException failure) {
        if (failure.code() != ErrorCode.DEVICE_MEMORY) {
          throw failure;
        }
        run.releaseUpload(slot);
        run.tasks().put(new LaneRun.SliceTask.TooLarge(work, slicing));
        return;
      }
    }
  }

  private Upload bring(
      TensorWork work, Stage stage, Slicing slicing, int slice, Slot slot, boolean resident) {
    return resident
        ? Upload.toResident(run, work, stage, slicing, slice, slot)
        : Upload.toSlot(run, run.lane().upload(), work, stage, slicing, slice, slot);
  }
}
