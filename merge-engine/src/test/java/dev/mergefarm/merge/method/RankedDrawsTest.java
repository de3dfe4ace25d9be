package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.kernel.PlainBlockMath;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankedDrawsTest {

  private static final int PLACE = 37;
  private final BlockMath math = new PlainBlockMath();

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "63,1", "64,1", "700,1", "700,3", "5000,1"})
  void anElementIsKeptWhenItsDrawIsBelowTheProbabilityOfItsRank(int length, int stride) {
    float[] values = new float[length * stride];
    float[] draws = new float[length * stride + 5];
    Random random = new Random(length);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round(random.nextGaussian() * 40) * 0.25f;
    }
    for (int i = 0; i < draws.length; i++) {
      draws[i] = random.nextFloat();
    }
    float[] ofRank = new float[length];
    for (int rank = 0; rank < length; rank++) {
      ofRank[rank] = 0.3f + 0.4f * rank / length;
    }
    KeptElements kept = new KeptElements(0, PLACE + values.length);
    RankedDraws rows = new RankedDraws(ofRank);
    for (int start = 0; start < stride; start++) {
      rows.keep(math, values, start, stride, draws, 5, kept, PLACE);
    }

    float[] ones = new float[PLACE + values.length];
    Arrays.fill(ones, 1);
    for (int from = 0; from < ones.length; from += 512) {
      kept.apply(math, from, ones, from, Math.min(512, ones.length - from));
    }
    for (int at = 0; at < values.length; at++) {
      float probability = ofRank[rank(values, at, stride)];
      assertThat(ones[PLACE + at]).isEqualTo(draws[5 + at] < probability ? 1f : 0f);
    }
  }

  private static int rank(float[] values, int at, int stride) {
    int rank = 0;
    for (int other = at % stride; other < values.length; other += stride) {
      float difference = Math.abs(values[other]) - Math.abs(values[at]);
      if (difference < 0 || difference == 0 && other > at) {
        rank++;
      }
    }
    return rank;
  }
}
