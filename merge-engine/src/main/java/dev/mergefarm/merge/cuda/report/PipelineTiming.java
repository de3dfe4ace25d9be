package dev.mergefarm.merge.cuda.report;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Measures linear merges of two models of bfloat16 through a whole pipeline. */
final class PipelineTiming {

  private static final int TENSORS = 16;
  private static final int MODELS = 2;
  private static final int ROUNDS = 3;
  private static final long PART = 2L << 20;

  private final TensorMerger merger;
  private final Shape shape;

  /**
   * @param modelBytes of each of the two models
   */
  PipelineTiming(TensorMerger merger, long modelBytes) {
    this.merger = merger;
    shape = Shape.of(Math.max(1, modelBytes / DataType.BF16.bytes() / TENSORS));
  }

  /** Bytes that are read: those of both models. */
  long bytesIn() {
    return MODELS * TENSORS * DataType.BF16.bytesFor(shape.elements());
  }

  /** Seconds of the best of three rounds from this machine's memory into its memory. */
  double memoryToMemory() {
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> models = new ArrayList<>();
      for (int i = 0; i < MODELS; i++) {
        models.add(arena.allocate(bytesIn() / MODELS, 4096).fill((byte) (0x3c + i)));
      }
      MemorySegment output = arena.allocate(bytesIn() / MODELS, 4096).fill((byte) 1);
      List<TensorMerge> merges =
          merges((model, tensor) -> new RawBlocks.InMemory(shape, part(models.get(model), tensor)));
      return best(merges, () -> new IntoMemory(output));
    }
  }

  private MemorySegment part(MemorySegment model, int tensor) {
    long bytes = model.byteSize() / TENSORS;
    return model.asSlice(tensor * bytes, bytes);
  }

  /**
   * Rates of reading alone and of a merge that throws its output away, both from the same files.
   *
   * @param alone seconds that reading takes with as many threads
   * @param merging seconds that the merge takes
   */
  record FromFiles(double alone, double merging) {}

  /** Measures with two files in a folder, which are deleted again. */
  FromFiles fromFiles(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    List<FileChannel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < MODELS; i++) {
        Path file = Files.createTempFile(folder, "merge", ".weights");
        files.add(file);
        write(file, bytesIn() / MODELS);
        channels.add(FileChannel.open(file, StandardOpenOption.READ));
      }
      long tensorBytes = DataType.BF16.bytesFor(shape.elements());
      List<TensorMerge> merges =
          merges(
              (model, tensor) ->
                  new RawBlocks.InFile(shape, channels.get(model), tensor * tensorBytes));
      double alone = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        alone = Math.min(alone, readAll(merges));
      }
      return new FromFiles(alone, best(merges, () -> (tensor, block) -> {}));
    } finally {
      for (FileChannel channel : channels) {
        channel.close();
      }
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static void write(Path file, long bytes) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      MemorySegment piece = arena.allocate(PART, 64).fill((byte) 0x3c);
      for (long done = 0; done < bytes; ) {
        done += channel.write(piece.asSlice(0, Math.min(PART, bytes - done)).asByteBuffer());
      }
      channel.force(true);
    }
  }

  private static double readAll(List<TensorMerge> merges) {
    long start = System.nanoTime();
    merges.parallelStream()
        .flatMap(merge -> merge.inputs().stream())
        .forEach(input -> readAll(input.blocks()));
    return seconds(start);
  }

  private static void readAll(TensorBlocks blocks) {
    long step = PART / blocks.dataType().bytes();
    long elements = blocks.shape().elements();
    LongStream.iterate(0, first -> first < elements, first -> first + step)
        .parallel()
        .forEach(
            first -> {
              try (Arena arena = Arena.ofConfined()) {
                long bytes = blocks.dataType().bytesFor(Math.min(step, elements - first));
                blocks.read(first, arena.allocate(bytes, 64));
              }
            });
  }

  private interface Source {
    TensorBlocks blocks(int model, int tensor);
  }

  private interface Sinks {
    TensorSink open();
  }

  private List<TensorMerge> merges(Source source) {
    return IntStream.range(0, TENSORS)
        .mapToObj(
            tensor ->
                merge(
                    tensor,
                    IntStream.range(0, MODELS)
                        .mapToObj(model -> source.blocks(model, tensor))
                        .toList()))
        .toList();
  }

  private static TensorMerge merge(int tensor, List<TensorBlocks> blocks) {
    List<MergeInput> inputs = new ArrayList<>();
    for (TensorBlocks each : blocks) {
      inputs.add(
          new MergeInput(
              "model-" + inputs.size(), each, new ParameterValues(Map.of("weight", 0.5))));
    }
    Problems problems = new Problems();
    Optional<TensorMerge> merge =
        TensorMerge.plan(
            new TensorMerge.Request(
                MethodRegistry.standard().find("linear").orElseThrow(),
                "tensor." + tensor,
                false,
                inputs,
                OptionalInt.empty(),
                new ParameterValues(Map.of()),
                Optional.of(DataType.BF16),
                0),
            problems);
    problems.throwIfErrors();
    return merge.orElseThrow();
  }

  private double best(List<TensorMerge> merges, Sinks sinks) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      TensorSink sink = sinks.open();
      long start = System.nanoTime();
      merger.merge(merges.iterator(), sink, Cancellation.NEVER);
      best = Math.min(best, seconds(start));
    }
    return best;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Copies output with all processors, because one copies slower than a bus does. */
  private static final class IntoMemory implements TensorSink {
    private final MemorySegment target;
    private long done;

    IntoMemory(MemorySegment target) {
      this.target = target;
    }

    @Override
    public void write(TensorMerge tensor, MemorySegment block) {
      long start = done;
      LongStream.iterate(0, at -> at < block.byteSize(), at -> at + PART)
          .parallel()
          .forEach(
              at ->
                  MemorySegment.copy(
                      block, at, target, start + at, Math.min(PART, block.byteSize() - at)));
      done += block.byteSize();
    }
  }
}
