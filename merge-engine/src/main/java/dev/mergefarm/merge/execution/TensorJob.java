package dev.mergefarm.merge.execution;

import dev.mergefarm.merge.method.SlabWork;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorMerge;
import java.util.Optional;

/** One tensor on its way through its stages. The current stage is guarded by the run's lock. */
final class TensorJob {

  private final TensorMerge tensor;
  private final TensorStreams streams;
  private final long elements;
  private final long pieceBytes;
  private final ResidentMemory memory;
  private Optional<ResidentMemory.Lease> lease = Optional.empty();
  private StageRun current;

  TensorJob(TensorMerge tensor, ResidentMemory memory, long pieceBytes) {
    this.tensor = tensor;
    this.memory = memory;
    this.pieceBytes = pieceBytes;
    streams = new TensorStreams(tensor);
    elements = tensor.shape().elements();
    Stage first = tensor.start();
    if (first instanceof Stage.Reduce<?> && elements > 0) {
      lease = memory.acquire(tensor.inputBytes());
      lease.ifPresent(kept -> streams.keepIn(kept.memory(), elements));
    }
    current = run(first);
  }

  TensorMerge tensor() {
    return tensor;
  }

  TensorStreams streams() {
    return streams;
  }

  StageRun current() {
    return current;
  }

  boolean writing() {
    return current instanceof StageRun.Output;
  }

  /** Goes on to the stage that follows a finished reduction. */
  void advance(StageRun.Reducing<?> finished) {
    streams.markFilled();
    current = run(finished.result());
  }

  /** Gives back what the tensor kept. */
  void release() {
    lease.ifPresent(memory::release);
    lease = Optional.empty();
  }

  private StageRun run(Stage stage) {
    return switch (stage) {
      case Stage.Reduce<?> reduce -> reducing(reduce);
      case Stage.Map map ->
          new StageRun.Output(
              map, Partition.forOutput(elements, map.map(), tensor.name(), capacity(map.map())));
      case Stage.Copy copy ->
          new StageRun.Output(copy, Partition.forCopy(elements, copyCapacity()));
    };
  }

  private <R> StageRun reducing(Stage.Reduce<R> reduce) {
    long capacity = capacity(reduce.reduction());
    return new StageRun.Reducing<>(
        reduce, Partition.forReduction(elements, reduce.reduction(), tensor.name(), capacity));
  }

  /** Elements of which a worker's share of memory holds all streams and the output. */
  private long capacity(SlabWork work) {
    int bytes = streams.elementBytes(work.readsCompanions()) + tensor.outputType().bytes();
    return pieceBytes / bytes;
  }

  private long copyCapacity() {
    return pieceBytes / (2L * Long.BYTES);
  }
}
