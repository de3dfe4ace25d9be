package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MagnitudeSelectionTest {

  private static final int ELEMENTS = 150_000;

  /** Normal numbers of few digits, so that many magnitudes are equal. */
  private static float[] quantised(long seed, float step) {
    Random random = new Random(seed);
    float[] values = new float[ELEMENTS];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round(random.nextGaussian() / step) * step;
    }
    return values;
  }

  private static boolean[] largest(float[] values, int count) {
    boolean[] kept = new boolean[values.length];
    IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(i -> -Math.abs(values[i])))
        .limit(count)
        .forEach(i -> kept[i] = true);
    return kept;
  }

  private static float[] kept(float[] values, MagnitudeCut cut) {
    ElementMap map =
        (block, result) -> {
          System.arraycopy(block.input(1), 0, result, 0, block.length());
          cut.keepLarger(block, result);
        };
    return new StageRunner(new float[ELEMENTS], values).map(map);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1 << 22})
  void exactlyTheLargestAreFoundAndOfEqualOnesTheFirst(long mostCandidates) {
    for (float step : new float[] {1e-6f, 0.01f, 0.5f}) {
      float[] values = quantised(3, step);
      for (int count : new int[] {1, 700, 75_000, 149_999}) {
        MagnitudeCut[][] found = new MagnitudeCut[1][];
        Stage last =
            new StageRunner(new float[ELEMENTS], values)
                .reduce(
                    MagnitudeSelection.stages(
                        new KeyRows.TaskVectors(List.of(1), 0),
                        new long[][] {{count}},
                        ELEMENTS,
                        mostCandidates,
                        cuts -> {
                          found[0] = cuts[0];
                          return new Stage.Copy(0);
                        }));

        float[] kept = kept(values, found[0][0]);
        boolean[] expected = largest(values, count);
        assertThat(last).isEqualTo(new Stage.Copy(0));
        for (int i = 0; i < ELEMENTS; i++) {
          assertThat(kept[i]).isEqualTo(expected[i] ? values[i] : 0f);
        }
      }
    }
  }

  @Test
  void severalRankingsAndRanksAreFoundAtOnce() {
    float[] one = quantised(1, 0.01f);
    float[] two = quantised(2, 1e-6f);
    MagnitudeCut[][] found = new MagnitudeCut[2][];
    new StageRunner(new float[ELEMENTS], one, two)
        .reduce(
            MagnitudeSelection.stages(
                new KeyRows.TaskVectors(List.of(1, 2), 0),
                new long[][] {{10, 90_000}, {500}},
                ELEMENTS,
                cuts -> {
                  System.arraycopy(cuts, 0, found, 0, 2);
                  return new Stage.Copy(0);
                }));

    assertThat(count(kept(one, found[0][0]))).isEqualTo(10);
    assertThat(count(kept(one, found[0][1]))).isEqualTo(90_000);
    assertThat(count(kept(two, found[1][0]))).isEqualTo(500);
  }

  private static long count(float[] values) {
    return IntStream.range(0, values.length).filter(i -> values[i] != 0).count();
  }

  @Test
  void notANumberCountsAsLargerThanEveryNumber() {
    float[] values = quantised(5, 1e-6f);
    values[ELEMENTS - 1] = Float.NaN;
    values[0] = Float.POSITIVE_INFINITY;
    MagnitudeCut[] found = new MagnitudeCut[1];
    new StageRunner(new float[ELEMENTS], values)
        .reduce(
            MagnitudeSelection.stages(
                new KeyRows.TaskVectors(List.of(1), 0),
                new long[][] {{1}},
                ELEMENTS,
                cuts -> {
                  found[0] = cuts[0][0];
                  return new Stage.Copy(0);
                }));

    float[] kept = kept(values, found[0]);
    assertThat(kept[ELEMENTS - 1]).isNaN();
    assertThat(kept[0]).isZero();
  }
}
