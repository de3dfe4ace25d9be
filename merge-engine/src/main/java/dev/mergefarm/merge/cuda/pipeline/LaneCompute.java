package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.TensorKernels;
import dev.mergefarm.merge.method.Stage;
import java.util.List;
import java.util.Optional;

/**
 * Enqueues kernels for slices as they come, and the copies of their output. Where the device runs
 * out of memory for a tensor, that tensor alone is merged in smaller slices, and at last on the
 * CPU.
 */
final class LaneCompute implements Runnable {

  private final LaneRun run;
  private final OutputPath output;

  LaneCompute(LaneRun run) {
    this.run = run;
    output = new OutputPath(run);
  }

  @Override
  public void run() {
    try {
      for (boolean more = true; more; ) {
        more =
            switch (run.tasks().take()) {
              case LaneRun.SliceTask.Compute(Upload upload) -> compute(upload);
              case LaneRun.SliceTask.TooLarge(TensorWork work, Slicing slicing) ->
                  alone(work, slicing);
              case LaneRun.SliceTask.End() -> false;
            };
      }
    } catch (Throwable failure) {
      run.control().fail(failure);
    }
  }

  private boolean alone(TensorWork work, Slicing slicing) {
    if (!work.abandoned()) {
      new SoloMerge(run, output).merge(work, slicing.length());
    }
    return true;
  }

  private boolean compute(Upload upload) {
    DeviceLane lane = run.lane();
    Slot slot = upload.slot();
    lane.compute().await(slot.first().ended());
    try {
      if (!upload.work().abandoned()) {
        step(upload);
      }
    } catch (MergefarmException failure) {
      if (failure.code() != ErrorCode.DEVICE_MEMORY) {
        throw failure;
      }
      alone(upload.work(), upload.slicing());
    }
    lane.compute().record(slot.left());
    run.releaseUpload(slot);
    return true;
  }

  /** A tensor that stays is computed once all of it is there. */
  private void step(Upload upload) {
    TensorWork work = upload.work();
    if (work.lease().isPresent()) {
      if (upload.last()) {
        computeResident(work, upload.stage(), upload.slot());
      }
    } else if (upload.stage() instanceof Stage.Reduce<?> reduce) {
      reduceSlice(upload, reduce);
    } else {
      output.send(work, upload.stage(), upload.slicing(), upload.slice(), upload.addresses());
    }
  }

  private void reduceSlice(Upload upload, Stage.Reduce<?> reduce) {
    TensorKernels kernels = upload.work().kernels().orElseThrow();
    EventPair events = upload.slot().second();
    run.lane().compute().record(events.started());
    kernels.reduce(reduce, upload.deviceSlice());
    run.lane().compute().record(events.ended());
    upload.slot().step();
    if (upload.last()) {
      proceed(upload.work(), kernels.finish(reduce));
    }
  }

  private void proceed(TensorWork work, Stage next) {
    Optional<String> refusal = refusal(work, next);
    if (refusal.isPresent()) {
      output.refuse(work, refusal.get());
    } else {
      work.proceed(next);
    }
  }

  private Optional<String> refusal(TensorWork work, Stage stage) {
    return work.kernels().orElseThrow().refusal(stage);
  }

  /** All stages of a tensor that is on the device as a whole. */
  private void computeResident(TensorWork work, Stage first, Slot slot) {
    run.lane().compute().record(slot.second().started());
    Optional<Stage> end = reduceResident(work, first);
    run.lane().compute().record(slot.second().ended());
    slot.step();
    if (end.isEmpty()) {
      return;
    }
    Stage stage = end.get();
    Slicing slicing = slicing(work, stage);
    for (int slice = 0; slice < slicing.count(); slice++) {
      output.send(
          work, stage, slicing, slice, Upload.residentAddresses(work, stage, slicing, slice));
    }
  }

  /** The stage that writes; empty when the CPU has to go on. */
  private Optional<Stage> reduceResident(TensorWork work, Stage first) {
    TensorKernels kernels = work.kernels().orElseThrow();
    Stage stage = first;
    while (stage instanceof Stage.Reduce<?> reduce) {
      Slicing slicing = slicing(work, stage);
      for (int slice = 0; slice < slicing.count(); slice++) {
        List<Long> addresses = Upload.residentAddresses(work, stage, slicing, slice);
        kernels.reduce(reduce, Upload.deviceSlice(stage, slicing, slice, addresses));
      }
      stage = kernels.finish(reduce);
      Optional<String> refusal = refusal(work, stage);
      if (refusal.isPresent()) {
        output.refuse(work, refusal.get());
        return Optional.empty();
      }
      run.control().throwIfOver();
    }
    return Optional.of(stage);
  }

  private Slicing slicing(TensorWork work, Stage stage) {
    return Slicing.of(work.tensor(), stage, run.lane().slotBytes());
  }
}
