package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.merge.kernel.CounterRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeptMagnitudesTest {

  private static float[] normal(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void theSumsDoNotDependOnWhereBlocksBegin() {
    StageRunner tensor = new StageRunner(normal(1, 100_000), normal(2, 100_000));
    DeltaMask drawn = new DeltaMask.Drawn(CounterRandom.of(1, "tensor", "model"), 0.5f);
    KeptMagnitudes reduction =
        new KeptMagnitudes(0, List.of(new TaskVector(1, 1f, drawn, 1f)), false);

    double[] whole = tensor.result(reduction, Block.CAPACITY).kept();

    assertThat(tensor.result(reduction, 37).kept()).isEqualTo(whole);
    assertThat(tensor.result(reduction, 16).kept()).isEqualTo(whole);
    assertThat(tensor.result(reduction, 509).kept()).isEqualTo(whole);
  }
}
