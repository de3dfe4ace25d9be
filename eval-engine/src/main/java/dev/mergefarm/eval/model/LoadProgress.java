package dev.mergefarm.eval.model;

import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.Collection;

/** Counts tensors as they arrive, from several threads. */
final class LoadProgress {

  private final long tensors;
  private final long bytes;
  private final Progress.Listener listener;
  private long tensorsDone;
  private long bytesDone;

  LoadProgress(Collection<TensorInfo> plan, Progress.Listener listener) {
    this.tensors = plan.size();
    this.bytes = plan.stream().mapToLong(TensorInfo::bytes).sum();
    this.listener = listener;
  }

  synchronized void finished(TensorInfo tensor) {
    tensorsDone++;
    bytesDone += tensor.bytes();
    listener.onProgress(new Progress("load", tensorsDone, tensors, bytesDone, bytes));
  }
}
