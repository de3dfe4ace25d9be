package dev.mergefarm.merge;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.ModelOpener;
import dev.mergefarm.merge.plan.PlannedTensor;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The result of a plan as a model that lies nowhere. A tensor is computed when it is read: straight
 * into the reader's memory when it is read whole, else into memory that is kept while there is
 * room. Safe for many threads, one of which computes at a time.
 */
final class MergedModel implements Model {

  private final MergePlan plan;
  private final ModelOpener opener;
  private final TensorMerger merger;
  private final Cancellation cancellation;
  private final boolean ownsMerger;
  private Computed tensors;

  MergedModel(
      MergePlan plan,
      ModelOpener opener,
      TensorMerger merger,
      boolean ownsMerger,
      Cancellation cancellation) {
    this.plan = plan;
    this.opener = opener;
    this.merger = merger;
    this.ownsMerger = ownsMerger;
    this.cancellation = cancellation;
  }

  @Override
  public ModelReference reference() {
    return ModelReference.ofPath(
        plan.name().orElse("merge-" + plan.summary().digest().substring(0, 12)));
  }

  @Override
  public ObjectFolder folder() {
    return new ObjectFolder(new GeneratedStore(this), "");
  }

  @Override
  public List<String> files() {
    return plan.files().stream().map(OutputFile::name).sorted().toList();
  }

  @Override
  public Optional<byte[]> file(String name) {
    return plan.files().stream()
        .filter(file -> file.name().equals(name))
        .findFirst()
        .map(file -> open().content(file));
  }

  @Override
  public TensorSource tensors() {
    return open();
  }

  private synchronized Computed open() {
    if (tensors == null) {
      tensors = new Computed();
    }
    return tensors;
  }

  @Override
  public synchronized void close() {
    if (tensors != null) {
      tensors.release();
      tensors = null;
    }
    if (ownsMerger) {
      merger.close();
    }
  }

  /** Computes on demand. */
  private final class Computed implements TensorSource {
    private final OpenedPlan opened = new OpenedPlan(plan, opener);
    private final SequencedMap<String, TensorInfo> infos = new LinkedHashMap<>();
    private final Map<String, PlannedTensor> planned = new HashMap<>();
    private final KeptTensors kept = new KeptTensors();

    Computed() {
      plan.shards().tensors().forEach(info -> infos.put(info.name(), info));
      plan.tensors().forEach(tensor -> planned.put(tensor.spec().name(), tensor));
    }

    byte[] content(OutputFile file) {
      return opened.content(file);
    }

    @Override
    public SequencedMap<String, TensorInfo> tensors() {
      return Collections.unmodifiableSequencedMap(infos);
    }

    @Override
    public synchronized void read(TensorInfo tensor, long offset, MemorySegment target) {
      Optional<MemorySegment> whole = kept.find(tensor.name());
      if (whole.isEmpty() && offset == 0 && target.byteSize() == tensor.bytes()) {
        compute(tensor, target);
        return;
      }
      MemorySegment bytes =
          whole.orElseGet(() -> kept.add(tensor, memory -> compute(tensor, memory)));
      MemorySegment.copy(bytes, offset, target, 0, target.byteSize());
    }

    private void compute(TensorInfo tensor, MemorySegment target) {
      TensorMerge merge = opened.merge(planned.get(tensor.name()));
      merger.merge(List.of(merge).iterator(), new Filling(target), cancellation);
    }

    synchronized void release() {
      kept.close();
      opened.close();
    }

    @Override
    public void close() {
      MergedModel.this.close();
    }
  }

  /** Puts blocks one after the other into memory. */
  private static final class Filling implements TensorSink {
    private final MemorySegment target;
    private long done;

    Filling(MemorySegment target) {
      this.target = target;
    }

    @Override
    public void write(TensorMerge tensor, MemorySegment block) {
      MemorySegment.copy(block, 0, target, done, block.byteSize());
      done += block.byteSize();
    }
  }
}
