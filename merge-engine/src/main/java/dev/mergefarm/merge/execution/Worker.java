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
    OutputBuffer buffer = run.buffer();
    try {
      switch (output.stage()) {
        case Stage.Map map -> map(run, task, map.map(), buffer);
        case Stage.Copy copy -> run.submit(task, buffer, copy(run, task, copy.input(), buffer));
        case Stage.Reduce<?> reduce ->
            throw new IllegalStateException("a reduction writes nothing: " + reduce);
      }
    } finally {
      if (large) {
        largeSlabs.unlock();
      }
    }
  }

  /** Computes a task's pieces; a task of one piece leaves it and need not wait for its turn. */
  private void map(MergeRun run, MergeRun.Task task, ElementMap map, OutputBuffer buffer) {
    Partition partition = task.stage().partition();
    long start = task.first();
    long end = partition.pieceEnd(start, task.end());
    MemorySegment block = compute(run, task, map, start, end, buffer);
    if (end >= task.end()) {
      run.submit(task, buffer, block);
      return;
    }
    if (!run.awaitTurn(task)) {
      return;
    }
    run.write(task, block);
    while (end < task.end()) {
      start = end;
      end = partition.pieceEnd(start, task.end());
      run.write(task, compute(run, task, map, start, end, buffer));
    }
    run.release(buffer);
    run.written(task);
  }

  private MemorySegment compute(
      MergeRun run, MergeRun.Task task, ElementMap map, long start, long end, OutputBuffer buffer) {
    DataType type = task.job().tensor().outputType();
    MemorySegment output = buffer.reserve((end - start) * type.bytes());
    load(run, task, map, start, end);
    for (long first = start; first < end; first += Block.CAPACITY) {
      int count = (int) Math.min(Block.CAPACITY, end - first);
      piece.window(first, count);
      map.apply(piece, result);
      math.encode(type, result, output, (first - start) * type.bytes(), count);
    }
    return output;
  }

  private MemorySegment copy(MergeRun run, MergeRun.Task task, int input, OutputBuffer output) {
    run.throwIfCancelled();
    TensorBlocks source = task.job().streams().stream(input);
    DataType type = task.job().tensor().outputType();
    int count = (int) (task.end() - task.first());
    boolean same = type == source.dataType();
    long sourceBytes = source.dataType().bytesFor(count);
    MemorySegment target = output.reserve(type.bytesFor(count));
    MemorySegment read = same ? target : reserve(sourceBytes);
    if (count > 0) {
      source.read(task.first(), read);
    }
    if (!same) {
      convert(source.dataType(), read, type, target, count);
    }
    return target;
  }

  private void convert(
      DataType from, MemorySegment source, DataType to, MemorySegment target, int count) {
    for (int first = 0; first < count; first += Block.CAPACITY) {
      int length = Math.min(Block.CAPACITY, count - first);
      math.decode(from, source, (long) first * from.bytes(), result, length);
      math.encode(to, result, target, (long) first * to.bytes(), length);
    }
  }

  /** Brings a piece of every stream into memory and prepares its slabs. */
  private void load(MergeRun run, MergeRun.Task task, SlabWork work, long start, long end) {
    run.throwIfCancelled();
    TensorStreams streams = task.job().streams();
    Partition partition = task.stage().partition();
    int count = (int) (end - start);
    int streamCount = streams.streamCount(work.readsCompanions());
    if (loaded.length < streamCount) {
      loaded = new MemorySegment[streamCount];
    }
    long width = streams.elementBytes(work.readsCompanions());
    MemorySegment room = reserve(width * count + streamCount * ALIGNMENT);
    long offset = 0;
    for (int i = 0; i < streamCount && count > 0; i++) {
      long bytes = (long) count * streams.stream(i).dataType().bytes();
      loaded[i] = streams.read(i, start, count, room.asSlice(offset, bytes));
      offset = aligned(offset + bytes);
    }
    piece.load(streams, count > 0 ? streamCount : 0, loaded, start);
    if (work.slabElements() == 0) {
      piece.prepared(null);
    } else if (count > 0) {
      prepare(run.cancellation(), work, streams, partition, start, end);
    }
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

  private MemorySegment reserve(long bytes) {
    if (buffer.byteSize() < bytes) {
      arena.close();
      arena = Arena.ofShared();
      buffer = arena.allocate(bytes, ALIGNMENT);
    }
    return buffer.asSlice(0, bytes);
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
