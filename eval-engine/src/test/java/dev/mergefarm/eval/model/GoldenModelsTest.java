package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits and greedy continuations of transformers 5.18 (float32, eager attention). */
class GoldenModelsTest {

  private static final float TOLERANCE = 1e-4f;

  static Stream<GoldenModel> models() {
    return GoldenModel.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsEqualTheReference(GoldenModel golden) {
    try (Model model = golden.open();
        LogitsProbe probe = probe(model)) {
      List<int[]> sequences = golden.sequences();
      for (int i = 0; i < sequences.size(); i++) {
        float[][] expected = golden.logits(i);
        float[][] actual = probe.logits(sequences.get(i));
        assertThat(actual).hasDimensions(expected.length, expected[0].length);
        for (int row = 0; row < expected.length; row++) {
          assertThat(actual[row])
              .as("sequence %d, position %d", i, row)
              .containsExactly(expected[row], within(TOLERANCE));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void greedyContinuationsEqualTheReference(GoldenModel golden) {
    try (Model model = golden.open();
        LogitsProbe probe = probe(model)) {
      for (int i = 0; i < golden.sequences().size(); i++) {
        int[] expected = golden.continuations().get(i);
        assertThat(probe.continueGreedily(golden.sequences().get(i), expected.length))
            .as("sequence %d", i)
            .containsExactly(expected);
      }
    }
  }

  private static LogitsProbe probe(Model model) {
    return LogitsProbe.load(
        model, ModelOptions.onCpu(ComputeType.FLOAT32), Progress.Listener.NONE, Cancellation.NEVER);
  }
}
