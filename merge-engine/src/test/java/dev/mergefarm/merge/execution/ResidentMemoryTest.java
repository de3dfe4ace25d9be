package dev.mergefarm.merge.execution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResidentMemoryTest {

  @Test
  void aFreedPieceServesTheNextRequestOfAboutItsSize() {
    try (ResidentMemory memory = new ResidentMemory(1000)) {
      ResidentMemory.Lease first = memory.acquire(600).orElseThrow();
      memory.release(first);

      assertThat(memory.acquire(500)).contains(first);
      assertThat(memory.allocated()).isEqualTo(600);
    }
  }

  @Test
  void theLimitIsNeverPassed() {
    try (ResidentMemory memory = new ResidentMemory(1000)) {
      assertThat(memory.acquire(600)).isPresent();

      assertThat(memory.acquire(500)).isEmpty();
      assertThat(memory.acquire(400)).isPresent();
      assertThat(memory.allocated()).isEqualTo(1000);
    }
  }

  @Test
  void piecesThatServeNoOneMakeRoom() {
    try (ResidentMemory memory = new ResidentMemory(1000)) {
      memory.release(memory.acquire(900).orElseThrow());

      assertThat(memory.acquire(300)).isPresent();
      assertThat(memory.allocated()).isEqualTo(300);
    }
  }

  @Test
  void closingFreesWhatIsGivenBackLater() {
    ResidentMemory memory = new ResidentMemory(1000);
    ResidentMemory.Lease lease = memory.acquire(600).orElseThrow();
    memory.close();
    memory.release(lease);

    assertThat(memory.allocated()).isZero();
    assertThat(memory.acquire(1)).isEmpty();
  }
}
