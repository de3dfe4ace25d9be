package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.merge.execution.ArrayBlocks;
import dev.mergefarm.merge.execution.MergeRunner;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is left to the CPU, and the reason that is given. */
class StageKernelsTest {

  private static Optional<String> refusal(TensorMerge tensor) {
    Optional<Path> kernels = HostLibrary.kernels();
    assumeTrue(kernels.isPresent(), "no C++ compiler (g++): the kernels are not tested here");
    try (Device device = new HostDevice(kernels.orElseThrow())) {
      return new StageKernels(device).refusal(tensor);
    }
  }

  private static MergeRunner linear(int models, float... values) {
    MergeRunner runner = MergeRunner.of("linear");
    for (int i = 0; i < models; i++) {
      runner.model(ArrayBlocks.of(values), Map.of("weight", 1));
    }
    return runner;
  }

  @Test
  void aRegressionMeanSolvesItsSystemsOnTheCpu() {
    ArrayBlocks matrix = ArrayBlocks.of(DataType.F32, Shape.of(1, 2), 1, 2);
    ArrayBlocks gram = ArrayBlocks.of(DataType.F32, Shape.of(2, 2), 2, 0, 0, 2);
    TensorMerge tensor =
        MergeRunner.of("regmean").model(matrix, Map.of("gram", "grams"), gram).plan();

    assertThat(refusal(tensor)).contains("regmean has a step without a kernel: RegressionRows");
  }

  @Test
  void aParameterHoldsNoMoreThan32Models() {
    assertThat(refusal(linear(32, 1f).plan())).isEmpty();
    assertThat(refusal(linear(33, 1f).plan())).contains("33 models; the kernels take at most 32");
  }

  @Test
  void aTensorWithoutElementsNeedsNoDevice() {
    assertThat(refusal(linear(2).plan())).contains("a tensor without elements");
  }
}
