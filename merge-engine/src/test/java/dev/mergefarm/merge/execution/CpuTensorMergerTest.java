package dev.mergefarm.merge.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuTensorMergerTest {

  private static final ExecutionSettings ONE_WORKER = new ExecutionSettings(1, 1 << 20, 0);

  private static float[] normal(long seed, int count, double scale) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * scale);
    }
    return values;
  }

  /** Three models and a base of 300 rows of 701 elements: several segments, no round number. */
  private static MergeRunner runner(String method) {
    Shape shape = Shape.of(300, 701);
    MergeRunner runner = MergeRunner.of(method);
    runner.base(ArrayBlocks.of(DataType.BF16, shape, normal(1, 300 * 701, 1)));
    int models = method.equals("slerp") || method.equals("arcee_fusion") ? 1 : 3;
    for (int i = 0; i < models; i++) {
      float[] values = normal(1, 300 * 701, 1);
      float[] change = normal(10 + i, values.length, 0.05);
      for (int j = 0; j < values.length; j++) {
        values[j] += change[j];
      }
      runner.model(
          ArrayBlocks.of(DataType.BF16, shape, values),
          Map.of("weight", 0.3 + 0.2 * i, "density", 0.5));
    }
    return runner.parameters(Map.of("t", 0.4, "select_topk", 0.5, "rescale", true));
  }

  @ParameterizedTest
  @CsvSource({
    "slerp",
    "task_arithmetic",
    "ties",
    "dare_ties",
    "della",
    "breadcrumbs",
    "sce",
    "ram",
    "ramplus_tl",
    "model_stock",
    "arcee_fusion"
  })
  void theBitsDoNotDependOnWorkersPiecesMemoryOrKernels(String method) {
    float[] expected = runner(method).settings(ONE_WORKER).values();

    assertThat(runner(method).settings(new ExecutionSettings(4, 1 << 16, 0)).values())
        .isEqualTo(expected);
    assertThat(runner(method).settings(new ExecutionSettings(3, 1 << 18, 1 << 26)).values())
        .isEqualTo(expected);
    assertThat(runner(method).settings(ONE_WORKER).plainKernels().values()).isEqualTo(expected);
  }

  @Test
  void inputsThatFitInMemoryAreReadOnceForAllStages() {
    ArrayBlocks base = ArrayBlocks.of(normal(1, 200_000, 1));
    ArrayBlocks other = ArrayBlocks.of(normal(2, 200_000, 1));
    MergeRunner ties =
        MergeRunner.of("ties").base(base).model(other, Map.of("weight", 1, "density", 0.3));

    ties.settings(new ExecutionSettings(2, 1 << 16, 1 << 26)).run();

    assertThat(other.bytesRead()).isEqualTo(200_000 * 4);
  }

  @Test
  void inputsThatDoNotFitAreReadAgainForEveryStage() {
    ArrayBlocks base = ArrayBlocks.of(normal(1, 200_000, 1));
    ArrayBlocks other = ArrayBlocks.of(normal(2, 200_000, 1));
    MergeRunner ties =
        MergeRunner.of("ties").base(base).model(other, Map.of("weight", 1, "density", 0.3));

    ties.settings(new ExecutionSettings(2, 1 << 16, 0)).run();

    assertThat(other.bytesRead()).isEqualTo(3 * 200_000 * 4);
  }

  @Test
  void manyTensorsOfAllSizesComeOutInOrder() {
    List<TensorMerge> merges = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int size = i % 50 == 0 ? 150_000 : i % 7 == 0 ? 0 : i;
      String method = i % 3 == 0 ? "ties" : "task_arithmetic";
      merges.add(
          MergeRunner.of(method)
              .name("tensor-" + i)
              .base(ArrayBlocks.of(normal(i, size, 1)))
              .model(ArrayBlocks.of(normal(i + 1, size, 1)), Map.of("weight", 1, "density", 0.5))
              .plan());
    }
    List<String> finished = new ArrayList<>();
    try (TensorMerger merger =
        new CpuTensorMerger(Kernels.best(), new ExecutionSettings(4, 1 << 16, 1 << 20))) {
      long[] written = new long[1];
      merger.merge(
          merges.iterator(),
          new TensorSink() {
            @Override
            public void write(TensorMerge tensor, MemorySegment block) {
              written[0] += block.byteSize();
            }

            @Override
            public void finished(TensorMerge tensor) {
              assertThat(written[0]).as(tensor.name()).isEqualTo(tensor.bytes());
              written[0] = 0;
              finished.add(tensor.name());
            }
          },
          Cancellation.NEVER);
    }

    assertThat(finished).isEqualTo(merges.stream().map(TensorMerge::name).toList());
  }

  @Test
  void tensorsWithoutArithmeticAreCopiedFromTheBase() {
    ArrayBlocks base = ArrayBlocks.ofBytes(DataType.I64, Shape.of(2), bytes(16, 3));
    ArrayBlocks other = ArrayBlocks.ofBytes(DataType.I64, Shape.of(2), bytes(16, 4));

    ArrayBlocks output =
        MergeRunner.of("task_arithmetic")
            .base(base)
            .model(other, Map.of("weight", 1))
            .outputType(DataType.BF16)
            .run();

    assertThat(output.dataType()).isEqualTo(DataType.I64);
    assertThat(output.stored()).isEqualTo(bytes(16, 3));
  }

  private static byte[] bytes(int count, int first) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (first + i);
    }
    return bytes;
  }

  @Test
  void whatASourceFailsWithReachesTheCallerAndNothingMoreIsWritten() {
    TensorBlocks broken =
        new TensorBlocks() {
          @Override
          public DataType dataType() {
            return DataType.F32;
          }

          @Override
          public Shape shape() {
            return Shape.of(500_000);
          }

          @Override
          public void read(long firstElement, MemorySegment target) {
            if (firstElement > 250_000) {
              throw new MergefarmException(ErrorCode.STORE_UNAVAILABLE, "The store went away.");
            }
            target.fill((byte) 0);
          }
        };
    MergeRunner runner = MergeRunner.of("linear").model(broken, Map.of("weight", 1));

    assertThatThrownBy(runner::run)
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
  }

  @Test
  void whatTheSinkFailsWithReachesTheCaller() {
    TensorMerge merge =
        MergeRunner.of("linear")
            .model(ArrayBlocks.of(normal(1, 300_000, 1)), Map.of("weight", 1))
            .plan();
    try (TensorMerger merger =
        new CpuTensorMerger(Kernels.best(), new ExecutionSettings(4, 1 << 16, 0))) {
      TensorSink full =
          (tensor, block) -> {
            throw new IllegalStateException("the disk is full");
          };

      assertThatThrownBy(() -> merger.merge(List.of(merge).iterator(), full, Cancellation.NEVER))
          .hasMessage("the disk is full");
      assertThat(MergeRunner.run(merger, merge).values()).hasSize(300_000);
    }
  }

  @Test
  void cancellationStopsTheRunBetweenPieces() {
    TensorMerge merge =
        MergeRunner.of("linear")
            .model(ArrayBlocks.of(normal(1, 600_000, 1)), Map.of("weight", 1))
            .plan();
    AtomicInteger blocks = new AtomicInteger();
    try (TensorMerger merger =
        new CpuTensorMerger(Kernels.best(), new ExecutionSettings(2, 1 << 16, 0))) {
      Cancellation afterThree = () -> blocks.get() >= 3;

      assertThatThrownBy(
              () ->
                  merger.merge(
                      List.of(merge).iterator(),
                      (tensor, block) -> blocks.incrementAndGet(),
                      afterThree))
          .isInstanceOfSatisfying(
              MergefarmException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED));
      assertThat(blocks).hasValue(3);
    }
  }

  @Test
  void severalRunsShareOneEngine() throws InterruptedException {
    TensorMerge merge = runner("ties").plan();
    try (TensorMerger merger =
        new CpuTensorMerger(Kernels.best(), new ExecutionSettings(2, 1 << 16, 1 << 22))) {
      float[] expected = MergeRunner.run(merger, merge).values();
      List<float[]> results = Collections.synchronizedList(new ArrayList<>());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        threads.add(
            Thread.startVirtualThread(() -> results.add(MergeRunner.run(merger, merge).values())));
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(results).hasSize(5).allSatisfy(result -> assertThat(result).isEqualTo(expected));
    }
  }

  @Test
  void theEngineSaysWhatItsMemoryIsBoundedBy() {
    ExecutionSettings settings = ExecutionSettings.forLocalFiles(2);
    try (TensorMerger merger = new CpuTensorMerger(Kernels.best(), settings)) {
      assertThat(merger.memoryBound()).isEqualTo((4 + 8) * (2L << 20) + (256L << 20));
      assertThat(merger.description()).contains("4 workers").contains("vector");
    }
  }

  @Test
  void moreInputsThanAPieceHoldsAreMergedAllTheSame() {
    MergeRunner runner = MergeRunner.of("linear").settings(new ExecutionSettings(2, 1 << 16, 0));
    for (int i = 0; i < 70; i++) {
      runner.model(ArrayBlocks.of(normal(i, 3_000, 1)), Map.of("weight", 1));
    }

    assertThat(runner.values()).hasSize(3_000);
  }
}
