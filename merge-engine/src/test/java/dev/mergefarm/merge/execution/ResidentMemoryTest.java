package dev.mergefarm.merge.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {

  @Test
  void aPieceIsUsedAgainAfterItWasGivenBack() {
    try (ResidentMemory memory = new ResidentMemory(1024)) {
      ResidentMemory.Lease first = memory.acquire(600).orElseThrow();
      memory.release(first);

      assertThat(memory.acquire(500).orElseThrow().offset()).isEqualTo(first.offset());
    }
  }

  @Test
  void theLimitIsNeverPassed() {
    try (ResidentMemory memory = new ResidentMemory(1024)) {
      assertThat(memory.acquire(640)).isPresent();

      assertThat(memory.acquire(500)).isEmpty();
      assertThat(memory.acquire(384)).isPresent();
      assertThat(memory.allocated()).isEqualTo(1024);
      assertThat(memory.acquire(1)).isEmpty();
    }
  }

  @Test
  void neighboursThatAreGivenBackMakeRoomForALargerPiece() {
    try (ResidentMemory memory = new ResidentMemory(1024)) {
      ResidentMemory.Lease first = memory.acquire(256).orElseThrow();
      ResidentMemory.Lease second = memory.acquire(256).orElseThrow();
      ResidentMemory.Lease third = memory.acquire(512).orElseThrow();
      memory.release(first);
      memory.release(third);
      assertThat(memory.acquire(700)).isEmpty();
      memory.release(second);

      assertThat(memory.acquire(1024)).isPresent();
    }
  }

  @Test
  void piecesDoNotOverlap() {
    try (ResidentMemory memory = new ResidentMemory(1024)) {
      ResidentMemory.Lease first = memory.acquire(100).orElseThrow();
      ResidentMemory.Lease second = memory.acquire(100).orElseThrow();
      first.memory().fill((byte) 1);
      second.memory().fill((byte) 2);

      assertThat(first.memory().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
    }
  }

  @Test
  void piecesOfAnySizeTakenAndGivenBackInAnyOrderNeverOverlap() {
    Random random = new Random(1);
    byte[] owners = new byte[10_000];
    List<ResidentMemory.Lease> held = new ArrayList<>();
    try (ResidentMemory memory = new ResidentMemory(owners.length)) {
      for (int step = 0; step < 20_000; step++) {
        if (random.nextBoolean() && !held.isEmpty()) {
          ResidentMemory.Lease lease = held.remove(random.nextInt(held.size()));
          mark(owners, lease, 1, 0);
          memory.release(lease);
        } else {
          memory
              .acquire(1 + random.nextInt(2000))
              .ifPresent(
                  lease -> {
                    mark(owners, lease, 0, 1);
                    held.add(lease);
                  });
        }
      }
      held.forEach(memory::release);

      assertThat(memory.allocated()).isZero();
      assertThat(memory.acquire(owners.length - 64)).isPresent();
    }
  }

  private static void mark(byte[] owners, ResidentMemory.Lease lease, int from, int to) {
    int start = (int) lease.offset();
    int end = start + (int) lease.memory().byteSize();
    byte[] before = new byte[end - start];
    Arrays.fill(before, (byte) from);
    assertThat(Arrays.copyOfRange(owners, start, end)).isEqualTo(before);
    Arrays.fill(owners, start, end, (byte) to);
  }

  @Test
  void closingFreesWhatIsGivenBackLater() {
    ResidentMemory memory = new ResidentMemory(1024);
    ResidentMemory.Lease lease = memory.acquire(600).orElseThrow();
    memory.close();
    memory.release(lease);

    assertThat(memory.allocated()).isZero();
    assertThat(memory.acquire(1)).isEmpty();
  }
}
