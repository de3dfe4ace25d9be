package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowRankingTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 700, 5000})
  void elementsComeInTheOrderOfMagnitudeAndThenOfDescendingIndex(int length) {
    for (float[] row : List.of(normal(length), quantised(length), withOutlier(length))) {
      RowRanking ranking = new RowRanking(length);
      ranking.read(row, 0, 1);

      List<Integer> expected =
          IntStream.range(0, length)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(i -> Math.abs(row[i]))
                      .thenComparing(Comparator.reverseOrder()))
              .toList();
      for (int rank = 0; rank < length; rank++) {
        int element = expected.get(rank);
        assertThat(rank).isBetween(ranking.leastRank(element), ranking.greatestRank(element));
        assertThat(ranking.rank(element)).isEqualTo(rank);
      }
    }
  }

  private static float[] normal(int length) {
    Random random = new Random(length);
    float[] row = new float[length];
    for (int i = 0; i < length; i++) {
      row[i] = (float) random.nextGaussian();
    }
    return row;
  }

  /** Many zeros and many equal magnitudes. */
  private static float[] quantised(int length) {
    float[] row = normal(length);
    for (int i = 0; i < length; i++) {
      row[i] = Math.round(row[i]) * 0.25f;
    }
    return row;
  }

  private static float[] withOutlier(int length) {
    float[] row = normal(length);
    row[length / 2] = 1e30f;
    return row;
  }
}
