package dev.mergefarm.eval.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected values are those of CPython 3.11. */
class PythonRandomTest {

  private static List<Integer> numbers(int count) {
    return new ArrayList<>(IntStream.range(0, count).boxed().toList());
  }

  @Test
  void drawsTheBitsOfAnIntegerSeed() {
    PythonRandom random = new PythonRandom(1234);
    assertThat(IntStream.range(0, 5).mapToLong(i -> random.bits(32)))
        .containsExactly(4150886329L, 3342196574L, 1892932127L, 501869158L, 32175636L);
    PythonRandom zero = new PythonRandom(0);
    assertThat(IntStream.range(0, 3).mapToLong(i -> zero.bits(32)))
        .containsExactly(3626764237L, 1654615998L, 3255389356L);
  }

  @Test
  void drawsFractionsWithFiftyThreeBits() {
    PythonRandom random = new PythonRandom(1234);
    assertThat(random.nextDouble()).isEqualTo(0.9664535356921388);
    assertThat(random.nextDouble()).isEqualTo(0.4407325991753527);
    assertThat(random.nextDouble()).isEqualTo(0.007491470058587191);
  }

  @Test
  void takesATextAsSeed() {
    PythonRandom random = new PythonRandom("hello");
    assertThat(random.nextDouble()).isEqualTo(0.3537754404730722);
    assertThat(random.bits(32)).isEqualTo(2848416207L);
  }

  @Test
  void shuffles() {
    List<Integer> items = numbers(10);
    new PythonRandom(42).shuffle(items);
    assertThat(items).containsExactly(7, 3, 2, 8, 5, 6, 9, 4, 0, 1);
  }

  @Test
  void choosesWithReplacement() {
    int[] drawn = new int[10];
    new PythonRandom(0).choices(drawn, 10);
    assertThat(drawn).containsExactly(8, 7, 4, 2, 5, 4, 7, 3, 4, 5);
  }

  @Test
  void samplesLargeAndSmallPopulationsByDifferentRules() {
    PythonRandom gsm8k = new PythonRandom(1234);
    assertThat(gsm8k.sample(numbers(7473), 5)).containsExactly(6374, 3610, 957, 61, 742);
    assertThat(gsm8k.sample(numbers(7473), 5)).containsExactly(7462, 6610, 4769, 286, 5501);
    PythonRandom mgsm = new PythonRandom(1234);
    assertThat(mgsm.sample(numbers(8), 5)).containsExactly(7, 0, 6, 5, 4);
    assertThat(mgsm.sample(numbers(8), 5)).containsExactly(1, 0, 2, 7, 6);
    PythonRandom both = new PythonRandom(1234);
    assertThat(both.sample(numbers(21), 3)).containsExactly(14, 3, 0);
    assertThat(both.sample(numbers(22), 3)).containsExactly(2, 18, 1);
    assertThat(new PythonRandom(1234).sample(numbers(285), 6))
        .containsExactly(225, 59, 3, 46, 17, 42);
    assertThat(new PythonRandom(1234).sample(numbers(1119), 25))
        .startsWith(902, 239, 15, 185, 71, 171, 201, 726, 484, 35)
        .endsWith(511, 132, 1108);
  }

  @Test
  void refusesToSampleMoreThanThereIs() {
    assertThatThrownBy(() -> new PythonRandom(1).sample(numbers(3), 4))
        .hasMessageContaining("cannot draw 4 of 3");
  }

  @Test
  void aRandomSamplerDrawsOneMoreWhereADocumentIsLeftOut() {
    FewShotSampler<Integer> sampler = new FewShotSampler.Random<>(numbers(39905), 1234);
    assertThat(sampler.sample(5, Optional.of(-1))).containsExactly(28883, 7657, 490, 5940, 38156);
    assertThat(sampler.sample(5, Optional.of(6450)))
        .containsExactly(5500, 23241, 15519, 1142, 2019);
  }

  @Test
  void aRandomSamplerDrawsNothingForNoExamples() {
    FewShotSampler<Integer> sampler = new FewShotSampler.Random<>(numbers(8), 1234);
    assertThat(sampler.sample(0, Optional.empty())).isEmpty();
    assertThat(sampler.sample(5, Optional.empty())).containsExactly(7, 0, 6, 5, 4);
  }

  @Test
  void theFirstOfThePoolLeaveOutTheEvaluatedDocument() {
    FewShotSampler<Integer> sampler = new FewShotSampler.First<>(numbers(4));
    assertThat(sampler.sample(2, Optional.of(0))).containsExactly(1, 2);
    assertThatThrownBy(() -> sampler.sample(4, Optional.of(0))).hasMessageContaining("a pool of 3");
  }
}
