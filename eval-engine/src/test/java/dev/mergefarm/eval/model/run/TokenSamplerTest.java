package dev.mergefarm.eval.model.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenSamplerTest {

  /** Probabilities 0.5, 0.3, 0.15 and 0.05 for the tokens 2, 0, 3 and 1. */
  private static final float[] LOGITS = {
    (float) Math.log(0.3), (float) Math.log(0.05), (float) Math.log(0.5), (float) Math.log(0.15)
  };

  private static final int DRAWS = 20_000;

  private static double[] shares(TokenSampler sampler) {
    double[] shares = new double[LOGITS.length];
    IntStream.range(0, DRAWS).forEach(_ -> shares[sampler.draw(LOGITS)] += 1.0 / DRAWS);
    return shares;
  }

  @Test
  void drawsFollowTheDistribution() {
    double[] shares = shares(new TokenSampler(1, 0, 1, 5));
    assertThat(shares).containsExactly(new double[] {0.3, 0.05, 0.5, 0.15}, within(0.02));
  }

  @Test
  void aLowTemperatureFavoursTheMostProbable() {
    double[] shares = shares(new TokenSampler(0.5, 0, 1, 5));
    double total = 0.25 + 0.09 + 0.0225 + 0.0025;
    assertThat(shares[2]).isCloseTo(0.25 / total, within(0.02));
  }

  @Test
  void onlyTheMostProbableTokensAreKept() {
    double[] shares = shares(new TokenSampler(1, 2, 1, 5));
    assertThat(shares).containsExactly(new double[] {0.375, 0, 0.625, 0}, within(0.02));
  }

  @Test
  void onlyTheSmallestSetThatReachesTheSumIsKept() {
    double[] shares = shares(new TokenSampler(1, 0, 0.75, 5));
    assertThat(shares).containsExactly(new double[] {0.375, 0, 0.625, 0}, within(0.02));
  }

  @Test
  void theSameSeedDrawsTheSame() {
    assertThat(shares(new TokenSampler(1, 0, 1, 9)))
        .isEqualTo(shares(new TokenSampler(1, 0, 1, 9)));
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new TokenSampler(0, 0, 1, 1)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new TokenSampler(1, -1, 1, 1)).hasMessageContaining("topK");
    assertThatThrownBy(() -> new TokenSampler(1, 0, 1.5, 1)).hasMessageContaining("topP");
  }
}
