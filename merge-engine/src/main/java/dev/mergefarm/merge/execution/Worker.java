package dev.mergefarm.merge.execution;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.method.Block;
import dev.mergefarm.merge.method.ElementMap;
import dev.mergefarm.merge.method.Slab;
import dev.mergefarm.merge.method.SlabWork;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Works on one task after another with buffers of its own: reads a piece, computes block by block,
 * writes when it is the task's turn. Used by one thread at a time; confined buffers would forbid
 * reading through other threads, so the arena is shared.
 */
final class Worker implements AutoCloseable {

  /** Slabs from this size on are prepared by one worker at a time: 1 Mi elements. */
  private static final int LARGE_SLAB = 1 << 20;

  private static final long ALIGNMENT = 64;

  private final BlockMath math;
  private final ReentrantLock largeSlabs;
  private final Piece piece;
  private final float[] result = new float[Block.CAPACITY];
  private Arena arena = Arena.ofShared();
  private MemorySegment buffer = MemorySegment.NULL;
  private MemorySegment[] loaded = new MemorySegment[0];

  /**
   * @param largeSlabs shared by the workers of an engine
   */
  Worker(BlockMath math, ReentrantLock largeSlabs) {
    this.math = math;
    this.largeSlabs = largeSlabs;
    this.piece = new Piece(math);
  }

  /** Takes tasks until there are no more or the run fails. */
  void work(MergeRun run) {
    try {
      for (Optional<MergeRun.Task> task = run.claim(); task.isPresent(); task = run.claim()) {
        perform(run, task.get());
      }
    } catch (Throwable failure) {
      run.fail(failure);
    }
  }

  private void perform(MergeRun run, MergeRun.Task task) {
    switch (task.stage()) {
      case StageRun.Reducing<?> reducing -> {
        reduce(run, task, reducing);
        run.reduced(task, reducing);
      }
      case StageRun.Output output -> write(run, task, output);
    }
  }

  private <R> void reduce(MergeRun run, MergeRun.Task task, StageRun.Reducing<R> stage) {
    boolean large = stage.partition().slab() >= LARGE_SLAB;
    if (large) {
      largeSlabs.lock();
    }
    try {
      reduceSegments(run, task, stage);
    } finally {
      if (large) {
        largeSlabs.unlock();
      }
    }
  }

  private <R> void reduceSegments(MergeRun run, MergeRun.Task task, StageRun.Reducing<R> stage) {
    Partition partition = stage.partition();
    R partial = null;
    for (long start = task.first(); start < task.end(); ) {
      long end = partition.pieceEnd(start, task.end());
      load(run, task, stage.work(), start, end);
      for (long first = start; first < end; ) {
        long segmentEnd = partition.segmentEnd(first);
        int count = (int) Math.min(Block.CAPACITY, Math.min(end, segmentEnd) - first);
        if (partial == null) {
          partial = stage.partial(first, segmentEnd - first);
        }
        piece.window(first, count);
        stage.accumulate(partial, piece);
        first += count;
        if (first == segmentEnd) {
          stage.finished((first - 1) / partition.segment(), partial);
          partial = null;
        }
      }
      start = end;
    }
  }

  private void write(MergeRun run, MergeRun.Task task, StageRun.Output output) {
    boolean large = output.partition().slab() >= LARGE_SLAB;
    if (large && !run.awaitTurn(task)) {
      return;
    }
    if (large) {
      largeSlabs.lock();
    }
    try {
      boolean written =
          switch (output.stage()) {
            case Stage.Map map -> map(run, task, map.map());
            case Stage.Copy copy -> copy(run, task, copy.input());
            case Stage.Reduce<?> reduce ->
                throw new IllegalStateException("a reduction writes nothing: " + reduce);
          };
      if (written) {
        run.written(task);
      }
    } finally {
      if (large) {
        largeSlabs.unlock();
      }
    }
  }

  private boolean map(MergeRun run, MergeRun.Task task, ElementMap map) {
    Partition partition = task.stage().partition();
    DataType type = task.job().tensor().outputType();
    long start = task.first();
    do {
      long end = partition.pieceEnd(start, task.end());
      MemorySegment output = load(run, task, map, start, end);
      for (long first = start; first < end; first += Block.CAPACITY) {
        int count = (int) Math.min(Block.CAPACITY, end - first);
        piece.window(first, count);
        map.apply(piece, result);
        math.encode(type, result, output, (first - start) * type.bytes(), count);
      }
      if (!run.awaitTurn(task)) {
        return false;
      }
      run.write(task, output.asSlice(0, (end - start) * type.bytes()));
      start = end;
    } while (start < task.end());
    return true;
  }

  private boolean copy(MergeRun run, MergeRun.Task task, int input) {
    run.throwIfCancelled();
    TensorBlocks source = task.job().streams().stream(input);
    DataType type = task.job().tensor().outputType();
    int count = (int) (task.end() - task.first());
    long sourceBytes = source.dataType().bytesFor(count);
    long outputBytes = type.bytesFor(count);
    reserve(sourceBytes + outputBytes + 2 * ALIGNMENT);
    MemorySegment read = buffer.asSlice(0, sourceBytes);
    if (count > 0) {
      source.read(task.first(), read);
    }
    MemorySegment output = read;
    if (type != source.dataType()) {
      output = buffer.asSlice(aligned(sourceBytes), outputBytes);
      convert(source.dataType(), read, type, output, count);
    }
    if (!run.awaitTurn(task)) {
      return false;
    }
    run.write(task, output);
    return true;
  }

  private void convert(
      DataType from, MemorySegment source, DataType to, MemorySegment target, int count) {
    for (int first = 0; first < count; first += Block.CAPACITY) {
      int length = Math.min(Block.CAPACITY, count - first);
      math.decode(from, source, (long) first * from.bytes(), result, length);
      math.encode(to, result, target, (long) first * to.bytes(), length);
    }
  }

  /**
   * Brings a piece of every stream into memory and prepares its slabs.
   *
   * @return room for the piece's output
   */
  private MemorySegment load(
      MergeRun run, MergeRun.Task task, SlabWork work, long start, long end) {
    run.throwIfCancelled();
    TensorStreams streams = task.job().streams();
    Partition partition = task.stage().partition();
    int count = (int) (end - start);
    int streamCount = streams.streamCount(work.readsCompanions());
    if (loaded.length < streamCount) {
      loaded = new MemorySegment[streamCount];
    }
    int widths = streams.elementBytes(work.readsCompanions());
    int outputWidth = task.job().tensor().outputType().bytes();
    reserve((widths + outputWidth) * (long) count + (streamCount + 1) * ALIGNMENT);
    long offset = 0;
    for (int i = 0; i < streamCount && count > 0; i++) {
      long bytes = (long) count * streams.stream(i).dataType().bytes();
      loaded[i] = streams.read(i, start, count, buffer.asSlice(offset, bytes));
      offset = aligned(offset + bytes);
    }
    piece.load(streams, count > 0 ? streamCount : 0, loaded, start);
    if (work.slabElements() == 0) {
      piece.prepared(null);
    } else if (count > 0) {
      prepare(run.cancellation(), work, streams, partition, start, end);
    }
    return buffer.asSlice(offset, (long) outputWidth * count);
  }

  private void prepare(
      Cancellation cancellation,
      SlabWork work,
      TensorStreams streams,
      Partition partition,
      long start,
      long end) {
    if (!partition.dividedSlabs()) {
      piece.prepared(work.prepare(new LoadedSlab(piece, cancellation, start, (int) (end - start))));
    } else if (start % partition.slab() == 0) {
      int length = (int) (partition.slabEnd(start) - start);
      piece.prepared(work.prepare(new StreamedSlab(streams, math, cancellation, start, length)));
    }
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void reserve(long bytes) {
    if (buffer.byteSize() < bytes) {
      arena.close();
      arena = Arena.ofShared();
      buffer = arena.allocate(bytes, ALIGNMENT);
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  /** A slab that lies within the piece in memory. */
  private record LoadedSlab(Piece piece, Cancellation cancellation, long first, int length)
      implements Slab {
    @Override
    public void load(int input, int offset, int count, float[] target) {
      piece.decode(input, first + offset, count, target);
    }

    @Override
    public BlockMath math() {
      return piece.math();
    }
  }
}
