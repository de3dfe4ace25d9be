package dev.mergefarm.merge.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Single facts about single methods, where the answer is known without a reference. */
class MethodBehaviourTest {

  private static final Offset<Float> CLOSE = within(1e-5f);

  private static float[] normal(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Map<String, Object> weight(double weight) {
    return Map.of("weight", weight);
  }

  private static void assertRefused(MergeRunner runner, ErrorCode code, String part) {
    assertThatThrownBy(runner::run)
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.getMessage()).contains(part);
            });
  }

  @Test
  void aUniformSoupIsTheLinearMergeWithEqualWeights() {
    ArrayBlocks one = ArrayBlocks.of(normal(1, 3000));
    ArrayBlocks two = ArrayBlocks.of(normal(2, 3000));

    assertThat(MergeRunner.of("uniform_soup").model(one, Map.of()).model(two, Map.of()).values())
        .isEqualTo(MergeRunner.of("linear").model(one, weight(1)).model(two, weight(1)).values());
  }

  @Test
  void aLinearMergeInBfloat16IsTheExactAnswerRoundedOnce() {
    float[] one = ArrayBlocks.of(DataType.BF16, Shape.of(4000), normal(1, 4000)).values();
    float[] two = ArrayBlocks.of(DataType.BF16, Shape.of(4000), normal(2, 4000)).values();
    float[] merged =
        MergeRunner.of("linear")
            .model(ArrayBlocks.of(DataType.BF16, Shape.of(4000), one), weight(0.7))
            .model(ArrayBlocks.of(DataType.BF16, Shape.of(4000), two), weight(0.3))
            .values();

    for (int i = 0; i < merged.length; i++) {
      double exact = 0.7 * one[i] + 0.3 * two[i];
      double unit = Math.max(Math.ulp((float) exact), Float.MIN_NORMAL) * (1 << 16);
      assertThat((double) merged[i]).isCloseTo(exact, within(0.501 * unit));
    }
  }

  @Test
  void embeddingsOfDifferentSizesAreTrimmedWithAWarning() {
    MergeRunner runner =
        MergeRunner.of("karcher")
            .embedding()
            .model(ArrayBlocks.of(DataType.F32, Shape.of(2, 2), 1, 2, 3, 4), Map.of())
            .model(ArrayBlocks.of(DataType.F32, Shape.of(1, 3), 1, 2, 9), Map.of());

    assertThat(runner.values()).hasSize(2);
    assertThat(runner.problems().warnings())
        .singleElement()
        .extracting(Problem::code)
        .isEqualTo(ErrorCode.SHAPE_MISMATCH);
  }

  @Test
  void shapesThatDifferElsewhereAreRefused() {
    MergeRunner runner =
        MergeRunner.of("slerp")
            .base(ArrayBlocks.of(DataType.F32, Shape.of(2, 2), 1, 2, 3, 4))
            .model(ArrayBlocks.of(DataType.F32, Shape.of(1, 2), 1, 2), Map.of())
            .parameters(Map.of("t", 0.5));

    assertRefused(runner, ErrorCode.SHAPE_MISMATCH, "differ in shape");
  }

  @Test
  void aTaskVectorOfAnotherShapeIsLeftOutWithAWarning() {
    MergeRunner runner =
        MergeRunner.of("task_arithmetic")
            .base(ArrayBlocks.of(1f, 2f))
            .model(ArrayBlocks.of(1f, 2f, 3f), weight(1))
            .model(ArrayBlocks.of(2f, 2f), weight(1));

    assertThat(runner.values()).containsExactly(2f, 2f);
    assertThat(runner.problems().warnings()).hasSize(1);
  }

  @Test
  void slerpGivesEachModelAtTheEnds() {
    ArrayBlocks base = ArrayBlocks.of(normal(1, 100));
    ArrayBlocks other = ArrayBlocks.of(normal(2, 100));

    assertThat(
            MergeRunner.of("slerp")
                .base(base)
                .model(other, Map.of())
                .parameters(Map.of("t", 0))
                .values())
        .isEqualTo(base.values());
    assertThat(
            MergeRunner.of("slerp")
                .base(base)
                .model(other, Map.of())
                .parameters(Map.of("t", 1))
                .values())
        .containsExactly(other.values(), CLOSE);
  }

  @Test
  void nuslerpGoesStraightBetweenOppositeVectors() {
    assertThat(
            MergeRunner.of("nuslerp")
                .model(ArrayBlocks.of(1f, 2f), weight(1))
                .model(ArrayBlocks.of(-1f, -2f), weight(3))
                .values())
        .containsExactly(new float[] {-0.5f, -1f}, CLOSE);
  }

  @Test
  void multislerpOfModelsThatEqualTheBaseIsTheBase() {
    ArrayBlocks base = ArrayBlocks.of(normal(1, 50));
    MergeRunner runner = MergeRunner.of("multislerp").base(base);
    for (int i = 0; i < 3; i++) {
      runner.model(base, weight(0.5));
    }

    assertThat(runner.values()).isEqualTo(base.values());
  }

  @Test
  void multislerpRefusesDirectionsThatCancel() {
    MergeRunner runner =
        MergeRunner.of("multislerp")
            .model(ArrayBlocks.of(1f, 0f), weight(1))
            .model(ArrayBlocks.of(-1f, 0f), weight(1))
            .model(ArrayBlocks.of(0f, 0f), weight(1));

    assertRefused(runner, ErrorCode.INVALID_VALUE, "no spherical mean");
  }

  @Test
  void tiesKeepsOneElementOfATinyTensorAndRefusesDensityZero() {
    MergeRunner tiny =
        MergeRunner.of("ties")
            .base(ArrayBlocks.of(0f, 0f))
            .model(ArrayBlocks.of(1f, -3f), Map.of("weight", 1, "density", 0.1));

    assertThat(tiny.values()).containsExactly(0f, -3f);
    assertRefused(
        MergeRunner.of("ties")
            .base(ArrayBlocks.of(0f))
            .model(ArrayBlocks.of(1f), Map.of("weight", 1, "density", 0)),
        ErrorCode.INVALID_VALUE,
        "density");
  }

  @Test
  void breadcrumbsDropTheSmallestEvenWhereNoOutlierIsDropped() {
    float[] merged =
        MergeRunner.of("breadcrumbs")
            .base(ArrayBlocks.of(0f, 0f, 0f, 0f))
            .model(ArrayBlocks.of(4f, -3f, 2f, 1f), Map.of("weight", 1, "density", 0.5, "gamma", 0))
            .values();

    assertThat(merged).containsExactly(4f, -3f, 0f, 0f);
  }

  @Test
  void breadcrumbsDropTheLargest() {
    float[] merged =
        MergeRunner.of("breadcrumbs")
            .base(ArrayBlocks.of(0f, 0f, 0f, 0f))
            .model(
                ArrayBlocks.of(4f, -3f, 2f, 1f), Map.of("weight", 1, "density", 0.5, "gamma", 0.25))
            .values();

    assertThat(merged).containsExactly(0f, -3f, 2f, 0f);
  }

  @Test
  void sceGivesTheBaseWhereNoElementVaries() {
    ArrayBlocks base = ArrayBlocks.of(1f, 2f);
    ArrayBlocks same = ArrayBlocks.of(2f, 2f);

    assertThat(
            MergeRunner.of("sce")
                .base(base)
                .model(same, Map.of())
                .model(same, Map.of())
                .parameters(Map.of("select_topk", 0.5))
                .values())
        .containsExactly(1f, 2f);
  }

  @Test
  void onlyTheBasePresentGivesTheBase() {
    for (String method : new String[] {"ties", "sce", "ram", "ramplus_tl", "model_stock"}) {
      assertThat(MergeRunner.of(method).base(ArrayBlocks.of(1f, 2f)).values())
          .containsExactly(1f, 2f);
    }
  }

  @Test
  void fisherAveragingWithEqualInformationIsTheLinearMean() {
    ArrayBlocks one = ArrayBlocks.of(normal(1, 2000));
    ArrayBlocks two = ArrayBlocks.of(normal(2, 2000));
    ArrayBlocks information = ArrayBlocks.of(filled(2000, 0.5f));

    float[] merged =
        MergeRunner.of("fisher")
            .model(one, companion(), information)
            .model(two, companion(), information)
            .values();

    float[] mean = MergeRunner.of("linear").model(one, weight(1)).model(two, weight(1)).values();
    assertThat(merged).containsExactly(mean, within(1e-6f));
  }

  private static Map<String, Object> companion() {
    return Map.of("fisher", "a model", "gram", "a model");
  }

  private static float[] filled(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void aModelWithoutInformationHasNoInfluenceBeyondTheFloor() {
    float[] merged =
        MergeRunner.of("fisher")
            .model(ArrayBlocks.of(1f, 1f), companion(), ArrayBlocks.of(2f, 0f))
            .model(ArrayBlocks.of(5f, 5f), companion(), ArrayBlocks.of(0f, 0f))
            .values();

    assertThat(merged).containsExactly(new float[] {1f, 3f}, CLOSE);
  }

  @Test
  void normalisedInformationIgnoresTheSizeOfGradients() {
    float[] merged =
        MergeRunner.of("fisher")
            .parameters(Map.of("normalize_fisher", true))
            .model(ArrayBlocks.of(1f, 1f), companion(), ArrayBlocks.of(1000f, 1000f))
            .model(ArrayBlocks.of(5f, 5f), companion(), ArrayBlocks.of(1f, 1f))
            .values();

    assertThat(merged).containsExactly(new float[] {3f, 3f}, CLOSE);
  }

  @Test
  void aFisherCheckpointOfAnotherShapeIsRefused() {
    assertRefused(
        MergeRunner.of("fisher").model(ArrayBlocks.of(1f, 1f), companion(), ArrayBlocks.of(1f)),
        ErrorCode.SHAPE_MISMATCH,
        "Fisher information");
  }

  @Test
  void regMeanWithEqualGramMatricesIsTheMean() {
    float[] inputs = normal(3, 40 * 8);
    ArrayBlocks gram = gram(inputs, 40, 8);
    ArrayBlocks one = ArrayBlocks.of(DataType.F32, Shape.of(5, 8), normal(1, 40));
    ArrayBlocks two = ArrayBlocks.of(DataType.F32, Shape.of(5, 8), normal(2, 40));

    float[] merged =
        MergeRunner.of("regmean")
            .model(one, companion(), gram)
            .model(two, companion(), gram)
            .values();

    for (int i = 0; i < merged.length; i++) {
      assertThat(merged[i]).isCloseTo((one.values()[i] + two.values()[i]) / 2, CLOSE);
    }
  }

  private static ArrayBlocks gram(float[] inputs, int samples, int width) {
    float[] gram = new float[width * width];
    for (int sample = 0; sample < samples; sample++) {
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < width; j++) {
          gram[i * width + j] += inputs[sample * width + i] * inputs[sample * width + j];
        }
      }
    }
    return ArrayBlocks.of(DataType.F32, Shape.of(width, width), gram);
  }

  /** With W = (W1 G1 + W2 G2) (G1 + G2)^-1, the gradient W (G1 + G2) - W1 G1 - W2 G2 is zero. */
  @Test
  void regMeanReachesTheLeastSquaresOptimum() {
    ArrayBlocks first = gram(normal(3, 40 * 8), 40, 8);
    ArrayBlocks second = gram(normal(4, 40 * 8), 40, 8);
    ArrayBlocks one = ArrayBlocks.of(DataType.F32, Shape.of(5, 8), normal(1, 40));
    ArrayBlocks two = ArrayBlocks.of(DataType.F32, Shape.of(5, 8), normal(2, 40));

    float[] merged =
        MergeRunner.of("regmean")
            .parameters(Map.of("off_diagonal_scale", 1, "ridge", 0))
            .model(one, companion(), first)
            .model(two, companion(), second)
            .values();

    for (int row = 0; row < 5; row++) {
      for (int column = 0; column < 8; column++) {
        double gradient = 0;
        for (int k = 0; k < 8; k++) {
          double ofFirst = merged[row * 8 + k] - one.values()[row * 8 + k];
          double ofSecond = merged[row * 8 + k] - two.values()[row * 8 + k];
          gradient += ofFirst * first.values()[k * 8 + column];
          gradient += ofSecond * second.values()[k * 8 + column];
        }
        assertThat(gradient).isCloseTo(0, within(1e-3));
      }
    }
  }

  @Test
  void regMeanAveragesTensorsWithoutGramMatrices() {
    assertThat(
            MergeRunner.of("regmean")
                .model(ArrayBlocks.of(1f, 2f), companion())
                .model(ArrayBlocks.of(3f, 6f), companion())
                .values())
        .containsExactly(2f, 4f);
  }

  @Test
  void aGramMatrixThatIsNotDefiniteIsRefused() {
    ArrayBlocks zero = ArrayBlocks.of(DataType.F32, Shape.of(2, 2), 0, 0, 0, 0);

    assertRefused(
        MergeRunner.of("regmean")
            .model(ArrayBlocks.of(DataType.F32, Shape.of(1, 2), 1, 2), companion(), zero),
        ErrorCode.INVALID_VALUE,
        "ridge");
  }

  @Test
  void passthroughCopiesBytesOfAnyTypeAndScalesNumbers() {
    ArrayBlocks whole = ArrayBlocks.ofBytes(DataType.I8, Shape.of(3), (byte) 1, (byte) 2, (byte) 3);

    assertThat(MergeRunner.of("passthrough").model(whole, Map.of()).run().stored())
        .containsExactly(1, 2, 3);
    assertThat(
            MergeRunner.of("passthrough")
                .model(ArrayBlocks.of(1f, -2f), Map.of("scale", 0.5))
                .values())
        .containsExactly(0.5f, -1f);
  }

  @Test
  void passthroughConvertsToTheTypeAskedFor() {
    ArrayBlocks output =
        MergeRunner.of("passthrough")
            .model(ArrayBlocks.of(normal(1, 100_000)), Map.of())
            .outputType(DataType.F16)
            .run();

    assertThat(output.dataType()).isEqualTo(DataType.F16);
    assertThat(output.values())
        .isEqualTo(ArrayBlocks.of(DataType.F16, Shape.of(100_000), normal(1, 100_000)).values());
  }

  @Test
  void valuesOutsideARangeAndMissingOnesAreAllReported() {
    MergeRunner runner =
        MergeRunner.of("breadcrumbs")
            .base(ArrayBlocks.of(1f))
            .model(ArrayBlocks.of(1f), Map.of("gamma", 2, "density", "much"));

    assertThatThrownBy(runner::run).isInstanceOf(MergefarmException.class);
    assertThat(runner.problems().errors()).hasSize(3);
  }
}
