package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.TensorKernels;
import dev.mergefarm.merge.method.Stage;
import java.util.List;

/** From the last stage of a tensor to the writer. */
final class OutputPath {

  private final LaneRun run;

  OutputPath(LaneRun run) {
    this.run = run;
  }

  /** Enqueues the computing of a slice of the output and its copy to this machine. */
  void send(TensorWork work, Stage stage, Slicing slicing, int slice, List<Long> addresses) {
    DeviceLane lane = run.lane();
    TensorKernels kernels = work.kernels().orElseThrow();
    long bytes = slicing.outputBytes(slice);
    Slot slot = run.takeDownload();
    try {
      slot.use(work.tensor().name(), bytes);
      lane.compute().record(slot.first().started());
      kernels.write(
          stage, Upload.deviceSlice(stage, slicing, slice, addresses), slot.memory().address());
      lane.compute().record(slot.first().ended());
    } catch (RuntimeException failure) {
      run.releaseDownload(slot);
      throw failure;
    }
    lane.download().await(slot.first().ended());
    lane.download().record(slot.second().started());
    lane.device()
        .copyOut(
            slot.memory().address(), slot.pinned().segment().asSlice(0, bytes), lane.download());
    lane.download().record(slot.second().ended());
    long before = Math.max(0, work.emitted() - slicing.first(slice));
    long skipped = work.tensor().outputType().bytesFor(before);
    work.emitted(slicing.first(slice) + slicing.elements(slice));
    work.outputs().put(new TensorWork.Output.Chunk(slot, skipped, slicing.last(slice)));
  }

  /** Leaves what is missing of a tensor to the CPU. */
  void refuse(TensorWork work, String reason) {
    work.stopReading();
    run.lane().drainOutput();
    work.outputs()
        .put(
            new TensorWork.Output.Refused(
                reason, work.tensor().outputType().bytesFor(work.emitted())));
  }
}
