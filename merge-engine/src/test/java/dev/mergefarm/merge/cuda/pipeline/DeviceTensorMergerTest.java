package dev.mergefarm.merge.cuda.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.HostDevice;
import dev.mergefarm.merge.cuda.HostLibrary;
import dev.mergefarm.merge.cuda.check.ComparedMerges;
import dev.mergefarm.merge.cuda.check.MergeCase;
import dev.mergefarm.merge.cuda.check.MergeCases;
import dev.mergefarm.merge.execution.ArrayBlocks;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.execution.MergeRunner;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.merge.timeline.Step;
import dev.mergefarm.merge.timeline.Timeline;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pipeline over the kernels compiled for this machine. */
class DeviceTensorMergerTest {

  private static final PipelineSettings SMALL_SLOTS = new PipelineSettings(1 << 16, 2, 3);

  private final Timeline timeline = new Timeline();
  private final List<HostDevice> devices = new ArrayList<>();
  private final CpuTensorMerger processor = CpuTensorMerger.forLocalFiles(2);
  private Path kernels;
  private DevicePool pool;

  @BeforeEach
  void findTheKernels() {
    Optional<Path> library = HostLibrary.kernels();
    assumeTrue(library.isPresent(), "no C++ compiler (g++): the pipeline is not tested here");
    kernels = library.get();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    if (pool != null) {
      pool.close();
      assertThat(devices).allSatisfy(device -> assertThat(device.leases()).isZero());
    }
    processor.close();
  }

  private TensorMerger merger(int count, long budget, PipelineSettings settings) {
    List<Source> sources =
        IntStream.range(0, count)
            .mapToObj(
                index -> new Source(new HostDevice(kernels, HostDevice.Order.FORWARDS, budget, 2)))
            .toList();
    pool = new DevicePool(sources, processor, settings, timeline);
    return pool.merger(IntStream.range(0, count).boxed().toList());
  }

  private final class Source implements DeviceSource {
    private final HostDevice device;

    Source(HostDevice device) {
      this.device = device;
      devices.add(device);
    }

    @Override
    public String name() {
      return device.name();
    }

    @Override
    public Device open() {
      return device;
    }
  }

  private static List<MergeCase> someOfEverything(long seed) {
    return MergeCases.all(seed);
  }

  private static List<MergeCase> large(int count) {
    return IntStream.range(0, count).mapToObj(seed -> MergeCases.any(seed, 300_000)).toList();
  }

  @Test
  void everythingIsMergedInOneRunToThePlainBits() {
    ComparedMerges merges = new ComparedMerges(someOfEverything(3));
    assertThat(merges.differences(merger(1, 1L << 28, PipelineSettings.DEFAULTS))).isEmpty();
    assertThat(devices.getFirst().launches()).isPositive();
  }

  @Test
  void tensorsOfManySlicesStayOnTheDeviceBetweenStages() {
    ComparedMerges merges = new ComparedMerges(large(25));
    assertThat(merges.differences(merger(1, 1L << 26, SMALL_SLOTS))).isEmpty();
  }

  @Test
  void tensorsThatDoNotFitAreReadAgainForEveryStage() {
    ComparedMerges merges = new ComparedMerges(large(25));
    assertThat(merges.differences(merger(1, 3L << 20, SMALL_SLOTS))).isEmpty();
  }

  @Test
  void whereMemoryRunsOutTensorsAreStillMerged() {
    ComparedMerges merges = new ComparedMerges(large(25));
    assertThat(merges.differences(merger(1, 500_000, SMALL_SLOTS))).isEmpty();
  }

  @Test
  void twoDevicesShareTheTensorsAndTheOrderIsKept() {
    ComparedMerges merges = new ComparedMerges(someOfEverything(4));
    assertThat(merges.differences(merger(2, 1L << 26, SMALL_SLOTS))).isEmpty();
    assertThat(devices).allSatisfy(device -> assertThat(device.launches()).isPositive());
  }

  @Test
  void aSecondRunOnTheSameDevicesGivesTheSame() {
    ComparedMerges merges = new ComparedMerges(large(4));
    TensorMerger merger = merger(1, 1L << 26, SMALL_SLOTS);
    assertThat(merges.differences(merger)).isEmpty();
    assertThat(merges.differences(merger)).isEmpty();
  }

  @Test
  void whatASinkThrowsEndsTheRunAndTheNextOneIsWell() {
    List<MergeCase> cases = large(8);
    TensorMerger merger = merger(2, 1L << 26, SMALL_SLOTS);
    AtomicInteger written = new AtomicInteger();
    TensorSink sink =
        (tensor, block) -> {
          if (written.incrementAndGet() == 5) {
            throw new IllegalStateException("the disk is full");
          }
        };
    assertThatThrownBy(() -> merge(merger, cases, sink, Cancellation.NEVER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the disk is full");
    assertThat(written).hasValue(5);
    assertThat(new ComparedMerges(cases).differences(merger)).isEmpty();
  }

  @Test
  void aCancelledRunStopsAndSaysSo() {
    AtomicInteger asked = new AtomicInteger();
    Cancellation cancellation = () -> asked.incrementAndGet() > 40;
    TensorMerger merger = merger(1, 1L << 26, SMALL_SLOTS);
    assertThatThrownBy(() -> merge(merger, large(50), new Ignored(), cancellation))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED));
  }

  @Test
  void whatHasNoKernelIsMergedInItsTurnAndTheCallerIsTold() {
    List<TensorMerge> merges = new ArrayList<>();
    large(2).forEach(merge -> merges.add(merge.merge()));
    merges.add(1, ofModels(33));
    List<String> remarks = new ArrayList<>();
    List<TensorMerge> finished = new ArrayList<>();
    TensorSink sink =
        new TensorSink() {
          @Override
          public void write(TensorMerge tensor, MemorySegment block) {}

          @Override
          public void finished(TensorMerge tensor) {
            finished.add(tensor);
          }

          @Override
          public void remark(String text) {
            remarks.add(text);
          }
        };
    merger(1, 1L << 26, SMALL_SLOTS).merge(merges.iterator(), sink, Cancellation.NEVER);
    assertThat(finished).isEqualTo(merges);
    assertThat(remarks).hasSize(1);
    assertThat(remarks.getFirst()).startsWith("1 tensors on the processor").contains("33 models");
  }

  @ParameterizedTest
  @EnumSource(names = {"I64", "U8", "F4"})
  void elementsWithoutArithmeticAreCopiedInAsManySlicesAsItTakes(DataType type) {
    Shape shape = Shape.of(300_000);
    byte[] stored = new byte[Math.toIntExact(type.bytesFor(shape.elements()))];
    new Random(5).nextBytes(stored);
    ArrayBlocks blocks = ArrayBlocks.ofBytes(type, shape, stored);
    TensorMerge merge =
        MergeRunner.of("linear")
            .model(blocks, Map.of("weight", 1.0))
            .model(blocks, Map.of("weight", 1.0))
            .plan();
    TensorMerger merger = merger(1, 1L << 26, SMALL_SLOTS);
    assertThat(MergeRunner.run(merger, merge).stored()).isEqualTo(stored);
  }

  private static TensorMerge ofModels(int count) {
    MergeRunner merge = MergeRunner.of("linear");
    for (int i = 0; i < count; i++) {
      merge.model(ArrayBlocks.of(DataType.F32, Shape.of(3), 1f, 2f, 3f), Map.of("weight", 1.0));
    }
    return merge.plan();
  }

  @Test
  void theTimelineTellsOfEveryStep() {
    new ComparedMerges(large(3)).differences(merger(1, 1L << 26, SMALL_SLOTS));
    assertThat(timeline.summary().shares().keySet()).containsExactly(Step.values());
    assertThat(timeline.summary().text()).startsWith("limited by ");
  }

  private static void merge(
      TensorMerger merger, List<MergeCase> cases, TensorSink sink, Cancellation cancellation) {
    merger.merge(cases.stream().map(MergeCase::merge).iterator(), sink, cancellation);
  }

  private static final class Ignored implements TensorSink {
    @Override
    public void write(TensorMerge tensor, MemorySegment block) {}
  }
}
