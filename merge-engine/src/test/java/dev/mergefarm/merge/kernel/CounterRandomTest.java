package dev.mergefarm.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CounterRandomTest {

  /** The known answers that the generator's authors publish with it. */
  @Test
  void wordsAreThoseOfThePublishedGenerator() {
    assertThat(new CounterRandom(0, 0, 0, 0).words(0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(new CounterRandom(-1, -1, -1, -1).words(-1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(
            new CounterRandom(0xa4093822, 0x299f31d0, 0x13198a2e, 0x03707344)
                .words(0x85a308d3243f6a88L))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void everyElementHasAWordOfItsOwn() {
    CounterRandom random = CounterRandom.of(1, "tensor", "model");

    long distinct = LongStream.range(0, 4096).mapToObj(random::uniform).distinct().count();

    assertThat(distinct).isGreaterThan(4090);
  }

  @Test
  void numbersSpreadEvenlyOverTheUnitInterval() {
    CounterRandom random = CounterRandom.of(7, "tensor", "model");
    int[] tenths = new int[10];
    for (int i = 0; i < 100_000; i++) {
      tenths[(int) (random.uniform(i) * 10)]++;
    }

    for (int count : tenths) {
      assertThat(count).isBetween(9_600, 10_400);
    }
  }

  @Test
  void seedTensorAndModelEachChangeTheNumbers() {
    CounterRandom random = CounterRandom.of(7, "ab", "c");

    assertThat(CounterRandom.of(8, "ab", "c")).isNotEqualTo(random);
    assertThat(CounterRandom.of(7, "a", "bc")).isNotEqualTo(random);
    assertThat(CounterRandom.of(7, "ab", "d")).isNotEqualTo(random);
    assertThat(CounterRandom.of(7, "ab", "c")).isEqualTo(random);
  }
}
