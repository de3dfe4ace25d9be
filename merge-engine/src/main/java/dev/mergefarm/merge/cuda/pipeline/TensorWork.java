package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.TensorKernels;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorMerge;
import java.util.Optional;

/**
 * One tensor on its way through a lane. Its parts are handed from thread to thread by the run's
 * control.
 */
final class TensorWork {

  private final TensorMerge tensor;
  private final RunControl control;
  private final ResidentLedger ledger;
  private final RunControl.Handover<Output> outputs;
  private Optional<ResidentLedger.Lease> lease = Optional.empty();
  private Optional<TensorKernels> kernels = Optional.empty();
  private Optional<Stage> next = Optional.empty();
  private boolean readNoMore;
  private long emitted;

  TensorWork(TensorMerge tensor, RunControl control, ResidentLedger ledger) {
    this.tensor = tensor;
    this.control = control;
    this.ledger = ledger;
    outputs = control.queue(Integer.MAX_VALUE);
  }

  /** What comes out of a lane for a tensor, in order. */
  sealed interface Output {

    /**
     * A slice of the output, once the slot's second step is done.
     *
     * @param skippedBytes at its start, which came before
     * @param last whether the tensor is complete
     */
    record Chunk(Slot slot, long skippedBytes, boolean last) implements Output {}

    /**
     * Nothing more comes: what is missing has to be merged on the CPU.
     *
     * @param emittedBytes how much of the output came before
     */
    record Refused(String reason, long emittedBytes) implements Output {}
  }

  TensorMerge tensor() {
    return tensor;
  }

  RunControl.Handover<Output> outputs() {
    return outputs;
  }

  Optional<ResidentLedger.Lease> lease() {
    return lease;
  }

  void keep(Optional<ResidentLedger.Lease> granted) {
    lease = granted;
  }

  Optional<TensorKernels> kernels() {
    return kernels;
  }

  void use(TensorKernels opened) {
    kernels = Optional.of(opened);
  }

  /** Elements of the output that have been handed on. */
  long emitted() {
    return emitted;
  }

  void emitted(long elements) {
    emitted = elements;
  }

  /** Tells the reader what comes after a pass over a tensor that does not stay on the device. */
  void proceed(Stage stage) {
    control.change(() -> next = Optional.of(stage));
  }

  /** Tells the reader that nothing more of the tensor has to be read. */
  void stopReading() {
    control.change(() -> readNoMore = true);
  }

  /** Whether what is still read of the tensor is in vain. */
  boolean abandoned() {
    return control.await(() -> Optional.of(readNoMore));
  }

  /** Waits for the stage after a pass; empty when nothing more has to be read. */
  Optional<Stage> awaitNext() {
    return control.await(
        () -> {
          if (readNoMore) {
            return Optional.of(Optional.<Stage>empty());
          }
          Optional<Stage> stage = next;
          next = Optional.empty();
          return stage.map(Optional::of);
        });
  }

  /** Gives back what the tensor has on the device, where no enqueued work uses it any more. */
  void release() {
    kernels.ifPresent(TensorKernels::close);
    kernels = Optional.empty();
    lease.ifPresent(ledger::release);
    lease = Optional.empty();
  }
}
