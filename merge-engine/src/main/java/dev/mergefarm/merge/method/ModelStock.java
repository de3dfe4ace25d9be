package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The mean of fine-tunes, moved towards their base by as much as they disagree. */
final class ModelStock implements MergeMethod {

  static final ParameterSpec FILTER_WISE =
      ParameterSpec.flag(
          "filter_wise", false, "Whether each row has its own share instead of the whole tensor.");

  private static final double SMALLEST_PRODUCT = 1e-6;

  @Override
  public String name() {
    return "model_stock";
  }

  @Override
  public String title() {
    return "Model Stock";
  }

  @Override
  public String description() {
    return "Averages fine-tunes and goes back towards the base by the angle between them.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2403.19522");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(FILTER_WISE);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.REQUIRED;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.atLeast(2);
  }

  @Override
  public ShapeRule shapeRule() {
    return ShapeRule.TRIM_TO_SMALLEST;
  }

  @Override
  public int passes(TensorMerge tensor) {
    return 2;
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    if (tensor.others().size() == 1) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "model_stock needs the base and at least two other models, found one other");
    }
  }

  @Override
  public Stage start(TensorMerge tensor) {
    int base = tensor.base().orElseThrow();
    List<Integer> inputs = tensor.others();
    if (inputs.isEmpty()) {
      return new Stage.Copy(base);
    }
    if (!tensor.flag(FILTER_WISE)) {
      return new Stage.Reduce<>(
          new GramReduction(inputs, tensor.base()), gram -> whole(gram, base, inputs));
    }
    Grouping rows = Grouping.alongLast(tensor.shape());
    return new Stage.Reduce<>(
        new GroupedGram(rows, inputs, tensor.base()),
        products -> byRow(products, rows, base, inputs));
  }

  private static Stage whole(Gram gram, int base, List<Integer> inputs) {
    double share = share(gram::product, inputs.size());
    float[] weights = new float[inputs.size() + 1];
    Arrays.fill(weights, (float) (share / inputs.size()));
    weights[base] = (float) (1 - share);
    return new Stage.Map(new WeightedSum(weights, 1));
  }

  private static Stage byRow(
      GroupedGram.Products products, Grouping rows, int base, List<Integer> inputs) {
    int count = inputs.size();
    float[][] weights = new float[count + 1][(int) rows.groups()];
    for (int row = 0; row < weights[0].length; row++) {
      int group = row;
      double share = share((i, j) -> products.product(i, j, group), count);
      for (float[] ofInput : weights) {
        ofInput[row] = (float) (share / count);
      }
      weights[base][row] = (float) (1 - share);
    }
    List<Integer> all = IntStream.rangeClosed(0, count).boxed().toList();
    return new Stage.Map(new GroupedSum(rows, all, OptionalInt.empty(), weights));
  }

  private interface Products {
    double of(int i, int j);
  }

  /** The share of the mean, from the mean cosine of all pairs. */
  private static double share(Products products, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        double lengths = Math.sqrt(products.of(i, i)) * Math.sqrt(products.of(j, j));
        double cosine = products.of(i, j) / Math.max(lengths, SMALLEST_PRODUCT);
        sum += Math.clamp(cosine, -1.0, 1.0);
      }
    }
    double cosine = sum / (count * (count - 1) / 2.0);
    return count * cosine / (1 + (count - 1) * cosine);
  }
}
