package dev.mergefarm.merge;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.PlannedTensor;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.safetensors.SafetensorsWriter;
import dev.mergefarm.storage.safetensors.ShardIndex;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * One attempt at writing a plan's files into a draft: the shards that it lacks, in one pass of the
 * engine, then the small files. Used once.
 */
final class PlanRun implements TensorSink, AutoCloseable {

  private static final String INDEX = "model.safetensors.index.json";

  private final MergePlan plan;
  private final OpenedPlan opened;
  private final ModelDraft draft;
  private final Progress.Listener listener;
  private final Deque<SafetensorsLayout> pending = new ArrayDeque<>();
  private final int shardsKept;
  private final List<String> remarks = new ArrayList<>();
  private SafetensorsWriter writer;
  private int tensorsLeft;
  private long tensorsDone;
  private long bytesDone;

  PlanRun(MergePlan plan, OpenedPlan opened, ModelDraft draft, Progress.Listener listener) {
    this.plan = plan;
    this.opened = opened;
    this.draft = draft;
    this.listener = listener;
    for (SafetensorsLayout shard : plan.shards().shards()) {
      if (draft.finished(shard.file()).isEmpty()) {
        pending.add(shard);
      } else {
        tensorsDone += shard.tensors().size();
        bytesDone += shard.tensors().stream().mapToLong(TensorInfo::bytes).sum();
      }
    }
    shardsKept = plan.shards().shards().size() - pending.size();
  }

  /** How many shards an earlier attempt had finished. */
  int shardsKept() {
    return shardsKept;
  }

  /** What the engine said of the run. */
  List<String> remarks() {
    return List.copyOf(remarks);
  }

  void run(TensorMerger merger, Cancellation cancellation) {
    report();
    Map<String, PlannedTensor> byName = new HashMap<>();
    plan.tensors().forEach(tensor -> byName.put(tensor.spec().name(), tensor));
    List<TensorInfo> wanted = pending.stream().flatMap(shard -> shard.tensors().stream()).toList();
    Iterator<TensorMerge> merges =
        wanted.stream().map(info -> opened.merge(byName.get(info.name()))).iterator();
    merger.merge(merges, this, cancellation);
    if (!pending.isEmpty()) {
      advance();
    }
    for (OutputFile file : plan.files()) {
      cancellation.throwIfCancelled();
      draft.put(file.name(), opened.content(file));
    }
    plan.shards().index().map(ShardIndex::toJson).ifPresent(index -> draft.put(INDEX, index));
  }

  @Override
  public void write(TensorMerge tensor, MemorySegment block) {
    if (writer == null) {
      advance();
    }
    writer.write(tensor.name(), block);
    bytesDone += block.byteSize();
  }

  @Override
  public void finished(TensorMerge tensor) {
    if (writer == null) {
      advance();
    }
    tensorsLeft--;
    tensorsDone++;
    if (tensorsLeft == 0) {
      writer.publish();
      writer.close();
      writer = null;
    }
    report();
  }

  @Override
  public void remark(String text) {
    remarks.add(text);
  }

  /** Starts the next shard; one without tensors is published at once. */
  private void advance() {
    SafetensorsLayout shard = pending.removeFirst();
    writer = new SafetensorsWriter(draft.upload(shard.file(), shard.size()), shard);
    tensorsLeft = shard.tensors().size();
    if (tensorsLeft == 0) {
      writer.publish();
      writer.close();
      writer = null;
    }
  }

  private void report() {
    listener.onProgress(
        new Progress(
            "merge", tensorsDone, plan.summary().tensors(), bytesDone, plan.summary().bytesOut()));
  }

  @Override
  public void close() {
    if (writer != null) {
      writer.close();
    }
  }
}
