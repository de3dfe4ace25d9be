package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.timeline.Step;
import dev.mergefarm.merge.timeline.Timeline;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** One run's work on one lane: what its reader, its computing thread and the writer share. */
final class LaneRun {

  private final DeviceLane lane;
  private final RunControl control;
  private final SliceReader reader;
  private final SpanRecorder spans;
  private final ResidentLedger ledger;
  private final RunControl.Handover<Slot> freeUploads;
  private final RunControl.Handover<Slot> freeDownloads;
  private final RunControl.Handover<SliceTask> tasks;
  private final Set<TensorWork> begun = new HashSet<>();

  LaneRun(DeviceLane lane, RunControl control, SliceReader reader, Timeline timeline) {
    this.lane = lane;
    this.control = control;
    this.reader = reader;
    spans = new SpanRecorder(timeline, lane);
    ledger = new ResidentLedger(lane.device(), lane.residentBytes(), control);
    freeUploads = control.queue(Integer.MAX_VALUE);
    freeDownloads = control.queue(Integer.MAX_VALUE);
    tasks = control.queue(lane.uploads().size());
    lane.uploads().forEach(freeUploads::put);
    lane.downloads().forEach(freeDownloads::put);
  }

  /** What the reader tells the computing thread. */
  sealed interface SliceTask {

    /** A slice is on its way to the device. */
    record Compute(Upload upload) implements SliceTask {}

    /** No slot can hold a slice of a tensor. */
    record TooLarge(TensorWork work, Slicing slicing) implements SliceTask {}

    /** There are no more tensors. */
    record End() implements SliceTask {}
  }

  DeviceLane lane() {
    return lane;
  }

  RunControl control() {
    return control;
  }

  SliceReader reader() {
    return reader;
  }

  SpanRecorder spans() {
    return spans;
  }

  ResidentLedger ledger() {
    return ledger;
  }

  RunControl.Handover<SliceTask> tasks() {
    return tasks;
  }

  /** Why a tensor cannot be merged on this device. */
  Optional<String> refusal(TensorMerge tensor) {
    return lane.kernels().refusal(tensor);
  }

  /** Takes a tensor on. */
  TensorWork begin(TensorMerge tensor) {
    TensorWork work = new TensorWork(tensor, control, ledger);
    work.use(lane.kernels().open(tensor, lane.compute()));
    control.change(() -> begun.add(work));
    return work;
  }

  /** Gives back what a tensor had on the device, whose work there is done. */
  void release(TensorWork work) {
    work.release();
    control.change(() -> begun.remove(work));
  }

  /** A slot for inputs whose earlier use is over. */
  Slot takeUpload() {
    Slot slot = freeUploads.take();
    if (slot.bytes() > 0) {
      slot.left().synchronize();
      spans.device(Step.TO_DEVICE, slot.tensor(), slot.first(), slot.bytes());
      if (slot.stepped()) {
        spans.device(Step.COMPUTE, slot.tensor(), slot.second(), slot.bytes());
      }
      slot.use("", 0);
    }
    return slot;
  }

  /** Gives a slot for inputs back: unused, or once all that uses it has been enqueued. */
  void releaseUpload(Slot slot) {
    freeUploads.put(slot);
  }

  /** A slot for output. */
  Slot takeDownload() {
    return freeDownloads.take();
  }

  /** Gives a slot for output back once its content has been written. */
  void releaseDownload(Slot slot) {
    freeDownloads.put(slot);
  }

  /**
   * Waits until the device is done, whatever came of the run, and gives everything back. No thread
   * of the run may be at work any more.
   */
  void close() {
    lane.drain();
    begun.forEach(TensorWork::release);
    begun.clear();
    lane.uploads().forEach(slot -> slot.use("", 0));
  }
}
