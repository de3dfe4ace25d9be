package dev.mergefarm.eval.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TensorScopeTest {

  @BeforeAll
  static void start() {
    TorchRuntime.start();
  }

  private static Tensor make() {
    return torch.ones(4, 4);
  }

  @Test
  void whatIsMadeInAScopeIsFreedWithIt() {
    long before = Pointer.totalCount();
    Tensor tensor;
    try (TensorScope _ = new TensorScope()) {
      tensor = make();
      assertThat(Pointer.totalCount()).isGreaterThan(before);
    }
    assertThat(tensor.isNull()).isTrue();
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  @Test
  void whatAnInnerScopeKeepsBelongsToTheOuterOne() {
    long before = Pointer.totalCount();
    Tensor kept;
    try (TensorScope _ = new TensorScope()) {
      try (TensorScope inner = new TensorScope()) {
        kept = inner.keep(make());
      }
      assertThat(kept.isNull()).isFalse();
      assertThat(kept.numel()).isEqualTo(16);
    }
    assertThat(kept.isNull()).isTrue();
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  @Test
  void whatTheOutermostScopeKeepsIsTheCallersToClose() {
    long before = Pointer.totalCount();
    Tensor kept;
    try (TensorScope scope = new TensorScope()) {
      kept = scope.keep(make());
    }
    assertThat(kept.numel()).isEqualTo(16);
    kept.close();
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  @Test
  void whatIsOwnedOutlivesEveryScope() {
    long before = Pointer.totalCount();
    Tensor owned;
    try (TensorScope _ = new TensorScope();
        TensorScope _ = new TensorScope()) {
      owned = TensorScope.own(make());
    }
    assertThat(owned.numel()).isEqualTo(16);
    owned.close();
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }
}
