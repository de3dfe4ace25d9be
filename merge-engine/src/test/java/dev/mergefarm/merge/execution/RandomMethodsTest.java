package dev.mergefarm.merge.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What DARE and DELLA keep, judged by its distribution. */
class RandomMethodsTest {

  private static final int ROWS = 200;
  private static final int COLUMNS = 500;
  private static final int ELEMENTS = ROWS * COLUMNS;
  private static final Shape SHAPE = Shape.of(ROWS, COLUMNS);
  private static final ArrayBlocks ZERO = ArrayBlocks.of(DataType.F32, SHAPE, new float[ELEMENTS]);
  private static final float[] DELTA = normal();

  private static float[] normal() {
    Random random = new Random(5);
    float[] values = new float[ELEMENTS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static MergeRunner runner(String method, double density) {
    return MergeRunner.of(method)
        .base(ZERO)
        .model(
            ArrayBlocks.of(DataType.F32, SHAPE, DELTA),
            Map.of("weight", 1, "density", density, "epsilon", 0.1))
        .parameters(Map.of("normalize", false));
  }

  private static double share(float[] values) {
    return IntStream.range(0, values.length).filter(i -> values[i] != 0).count()
        / (double) values.length;
  }

  @ParameterizedTest
  @CsvSource({
    "dare_linear, 0.2",
    "dare_linear, 0.7",
    "dare_ties, 0.5",
    "della_linear, 0.3",
    "della, 0.6"
  })
  void theShareKeptIsTheDensity(String method, double density) {
    double deviation = Math.sqrt(density * (1 - density) / ELEMENTS);

    assertThat(share(runner(method, density).values())).isCloseTo(density, within(4 * deviation));
  }

  @ParameterizedTest
  @CsvSource({"dare_linear", "della_linear"})
  void whatIsKeptHasOneFactorThatRestoresTheNorm(String method) {
    float[] kept = runner(method, 0.4).values();
    double all = 0;
    double left = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      all += Math.abs(DELTA[i]);
      left += kept[i] == 0 ? 0 : Math.abs(DELTA[i]);
    }

    for (int i = 0; i < ELEMENTS; i++) {
      if (kept[i] != 0) {
        assertThat(kept[i] / DELTA[i]).isCloseTo((float) (all / left), within(1e-5f));
      }
    }
  }

  @Test
  void withoutRescalingWhatIsKeptIsUnchanged() {
    float[] kept = runner("dare_linear", 0.4).parameters(Map.of("rescale", false)).values();

    for (int i = 0; i < ELEMENTS; i++) {
      assertThat(kept[i] == 0 || kept[i] == DELTA[i]).isTrue();
    }
  }

  @Test
  void dellaKeepsLargeElementsOfEachRowMoreOften() {
    float[] kept = runner("della_linear", 0.5).values();
    int tenth = COLUMNS / 10;
    int small = 0;
    int large = 0;
    for (int row = 0; row < ROWS; row++) {
      int start = row * COLUMNS;
      List<Integer> ascending =
          IntStream.range(start, start + COLUMNS)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> Math.abs(DELTA[i])))
              .toList();
      small += (int) ascending.stream().limit(tenth).filter(i -> kept[i] != 0).count();
      large += (int) ascending.stream().skip(COLUMNS - tenth).filter(i -> kept[i] != 0).count();
    }

    assertThat(small / (double) (ROWS * tenth)).isCloseTo(0.5 - 0.09, within(0.02));
    assertThat(large / (double) (ROWS * tenth)).isCloseTo(0.5 + 0.09, within(0.02));
  }

  @Test
  void dellaRanksTensorsOfMoreDimensionsAlongTheSecond() {
    Shape shape = Shape.of(100, 250, 4);
    ArrayBlocks zero = ArrayBlocks.of(DataType.F32, shape, new float[ELEMENTS]);
    float[] kept =
        MergeRunner.of("della_linear")
            .base(zero)
            .model(
                ArrayBlocks.of(DataType.F32, shape, DELTA),
                Map.of("weight", 1, "density", 0.5, "epsilon", 0.49))
            .values();
    int lowest = 0;
    for (int row = 0; row < 400; row++) {
      int start = row / 4 * 1000 + row % 4;
      int smallest =
          IntStream.range(0, 250)
              .map(i -> start + 4 * i)
              .boxed()
              .min(Comparator.comparingDouble(i -> Math.abs(DELTA[i])))
              .orElseThrow();
      lowest += kept[smallest] != 0 ? 1 : 0;
    }

    assertThat(lowest).isLessThan(20);
  }

  @Test
  void dellaKeepsElementsOfRowsOfOneWithTheDensity() {
    Shape column = Shape.of(ELEMENTS, 1);
    float[] kept =
        MergeRunner.of("della_linear")
            .base(ArrayBlocks.of(DataType.F32, column, new float[ELEMENTS]))
            .model(
                ArrayBlocks.of(DataType.F32, column, DELTA),
                Map.of("weight", 1, "density", 0.3, "epsilon", 0.1))
            .values();

    assertThat(share(kept)).isCloseTo(0.3, within(0.006));
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherGivesOthers() {
    float[] first = runner("dare_linear", 0.5).seed(3).values();

    assertThat(runner("dare_linear", 0.5).seed(3).values()).isEqualTo(first);
    assertThat(runner("dare_linear", 0.5).seed(4).values()).isNotEqualTo(first);
    assertThat(runner("dare_linear", 0.5).seed(3).name("another tensor").values())
        .isNotEqualTo(first);
  }

  @Test
  void theMeanOverManySeedsIsTheWholeDifference() {
    double[] mean = new double[ELEMENTS];
    int runs = 60;
    for (int seed = 0; seed < runs; seed++) {
      float[] kept = runner("dare_linear", 0.5).seed(seed).values();
      for (int i = 0; i < ELEMENTS; i++) {
        mean[i] += kept[i] / runs;
      }
    }
    double error = 0;
    double norm = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      error += (mean[i] - DELTA[i]) * (mean[i] - DELTA[i]);
      norm += DELTA[i] * DELTA[i];
    }

    assertThat(Math.sqrt(error / norm)).isCloseTo(1 / Math.sqrt(runs), within(0.01));
  }

  @Test
  void densityZeroKeepsNothing() {
    assertThat(runner("dare_linear", 0).values()).containsOnly(0f);
    assertThat(runner("della_linear", 0).values()).containsOnly(0f);
  }

  @Test
  void anEpsilonThatLeavesTheUnitIntervalIsRefused() {
    assertThatThrownBy(() -> runner("della", 0.95).run())
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_VALUE);
              assertThat(failure.getMessage()).contains("epsilon");
            });
  }

  @Test
  void aDifferenceOfZeroStaysZero() {
    float[] same = new float[ELEMENTS];
    Arrays.fill(same, 2f);
    ArrayBlocks two = ArrayBlocks.of(DataType.F32, SHAPE, same);

    float[] merged =
        MergeRunner.of("della").base(two).model(two, Map.of("weight", 1, "density", 0.5)).values();

    assertThat(merged).containsOnly(2f);
  }

  @Test
  void rowsThatAreTooLongToRankAreRefusedBeforeAnythingIsRead() {
    TensorBlocks endless =
        new TensorBlocks() {
          @Override
          public DataType dataType() {
            return DataType.F32;
          }

          @Override
          public Shape shape() {
            return Shape.of(5_000_000_000L);
          }

          @Override
          public void read(long firstElement, MemorySegment target) {
            throw new AssertionError("nothing may be read");
          }
        };
    MergeRunner runner =
        MergeRunner.of("della").base(endless).model(endless, Map.of("weight", 1, "density", 0.5));

    assertThatThrownBy(runner::run).hasMessageContaining("whole rows");
  }
}
