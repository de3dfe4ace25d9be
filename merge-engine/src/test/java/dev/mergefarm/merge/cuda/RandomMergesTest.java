package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.merge.cuda.check.DeviceCheck;
import dev.mergefarm.merge.cuda.check.MergeCase;
import dev.mergefarm.merge.cuda.check.MergeCases;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Merges of random kind and size: {@code -Dmergefarm.fuzz.rounds=N} makes them many. */
class RandomMergesTest {

  private static final int ROUNDS = Integer.getInteger("mergefarm.fuzz.rounds", 40);
  private static final long SEED = Long.getLong("mergefarm.fuzz.seed", 1);
  private static final int MOST_ELEMENTS = ROUNDS > 40 ? 200_000 : 4_000;

  @Test
  void randomMergesGiveThePlainBits() {
    Optional<Path> kernels = HostLibrary.kernels();
    assumeTrue(kernels.isPresent(), "no C++ compiler (g++): the kernels are not tested here");
    try (Device device = new HostDevice(kernels.orElseThrow());
        DeviceCheck check = new DeviceCheck(device)) {
      for (int round = 0; round < ROUNDS; round++) {
        MergeCase merge = MergeCases.any(SEED + round, MOST_ELEMENTS);

        assertThat(check.difference(merge, round % 9, 1 + round % 3))
            .as("seed " + (SEED + round))
            .isEmpty();
      }
    }
  }
}
