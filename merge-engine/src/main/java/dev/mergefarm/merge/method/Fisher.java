package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The mean of the models, each element weighted by how much a model's loss depends on it. */
final class Fisher implements MergeMethod {

  static final ParameterSpec FISHER =
      new ParameterSpec(
          "fisher",
          ParameterSpec.Type.MODEL,
          Scope.PER_MODEL,
          ParameterRange.ANY,
          Optional.empty(),
          true,
          "A checkpoint with the diagonal of the model's Fisher information, under the same names.");
  static final ParameterSpec WEIGHT =
      ParameterSpec.number("weight", Scope.PER_MODEL, 1.0, "How much the model counts.")
          .within(ParameterRange.atLeast(0));
  static final ParameterSpec FLOOR =
      ParameterSpec.number(
              "fisher_floor",
              Scope.GLOBAL,
              1e-8,
              "What is added to all information, so that elements without any are averaged.")
          .within(ParameterRange.atLeast(0));
  static final ParameterSpec NORMALIZE =
      ParameterSpec.flag(
          "normalize_fisher",
          false,
          "Whether each model's information is scaled to length 1 in every tensor first.");

  @Override
  public String name() {
    return "fisher";
  }

  @Override
  public String title() {
    return "Fisher-weighted Averaging";
  }

  @Override
  public String description() {
    return "Averages the models, each element weighted by its model's Fisher information.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2111.09832");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(FISHER, WEIGHT, FLOOR, NORMALIZE);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.ORDINARY_INPUT;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.atLeast(1);
  }

  @Override
  public ShapeRule shapeRule() {
    return ShapeRule.SAME;
  }

  @Override
  public int passes(TensorMerge tensor) {
    return tensor.flag(NORMALIZE) ? 2 : 1;
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    for (MergeInput input : tensor.inputs()) {
      String where = path + " of " + input.model();
      if (input.companion().isEmpty()) {
        problems.error(ErrorCode.TENSOR_MISSING, where, "its Fisher checkpoint lacks this tensor");
        continue;
      }
      TensorBlocks information = input.companion().get();
      if (!information.shape().equals(tensor.shape())) {
        problems.error(
            ErrorCode.SHAPE_MISMATCH,
            where,
            "the Fisher information has shape "
                + information.shape()
                + ", the tensor "
                + tensor.shape());
      }
      if (!information.dataType().computable()) {
        problems.error(
            ErrorCode.UNSUPPORTED_DTYPE,
            where,
            "Fisher information of type " + information.dataType());
      }
    }
  }

  @Override
  public Stage start(TensorMerge tensor) {
    double[] weights = new double[tensor.inputs().size()];
    Arrays.setAll(weights, i -> tensor.number(WEIGHT, i));
    double floor = tensor.number(FLOOR);
    if (!tensor.flag(NORMALIZE)) {
      return new Stage.Map(new InformedMean(weights, floor, ones(weights.length)));
    }
    return new Stage.Reduce<>(
        new CompanionSquares(weights.length),
        squares -> new Stage.Map(new InformedMean(weights, floor, squares.lengths())));
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * {@code sum(w * (F / length + floor) * x) / sum(w * (F / length + floor))}, in float64 because
   * information spans many orders of magnitude. The arrays are not copied and not to be changed.
   */
  record InformedMean(double[] weights, double floor, double[] lengths) implements ElementMap {

    @Override
    public boolean readsCompanions() {
      return true;
    }

    @Override
    public void apply(Block block, float[] result) {
      double[] sums = new double[block.length()];
      double[] totals = new double[block.length()];
      for (int model = 0; model < weights.length; model++) {
        float[] values = block.input(model);
        float[] information = block.companion(model);
        for (int i = 0; i < sums.length; i++) {
          double share = weights[model] * (information[i] / lengths[model] + floor);
          sums[i] += share * values[i];
          totals[i] += share;
        }
      }
      for (int i = 0; i < sums.length; i++) {
        result[i] = (float) (sums[i] / totals[i]);
      }
    }

    @Override
    public Optional<KernelMap> kernels() {
      return Optional.of(this::launch);
    }

    private void launch(KernelSlice slice) {
      KernelCall call = slice.kernel("informed_mean").output();
      call.float64(floor).int32(weights.length).int32(0);
      for (int i = 0; i < weights.length; i++) {
        call.input(i).companion(i).float64(weights[i]).float64(lengths[i]);
      }
      call.overElements();
    }
  }

  /** Sums the squares of each model's information in float64. */
  record CompanionSquares(int models) implements Reduction<CompanionSquares.Squares> {

    /** One sum for each model. */
    static final class Squares {
      private final double[][] lanes;
      private final double[] sums;

      Squares(int models) {
        lanes = new double[models][BlockMath.LANES];
        sums = new double[models];
      }

      Squares(double[] sums) {
        lanes = new double[0][];
        this.sums = sums;
      }

      /** Euclidean lengths; 1 for information that is zero everywhere. */
      double[] lengths() {
        return Arrays.stream(sums).map(sum -> sum > 0 ? Math.sqrt(sum) : 1).toArray();
      }
    }

    @Override
    public boolean readsCompanions() {
      return true;
    }

    @Override
    public Squares empty() {
      return new Squares(models);
    }

    @Override
    public void accumulate(Squares partial, Block block) {
      for (int model = 0; model < models; model++) {
        float[] information = block.companion(model);
        block.math().addProducts(partial.lanes[model], information, information, block.length());
      }
    }

    @Override
    public void combine(Squares whole, Squares partial) {
      for (int model = 0; model < models; model++) {
        whole.sums[model] += BlockMath.total(partial.lanes[model]);
      }
    }

    @Override
    public Optional<KernelReduction<Squares>> kernels() {
      SegmentSums sums = SegmentSums.of(SegmentSums.Kind.SQUARES, models);
      return Optional.of(
          new KernelSums<>(
              sums, "row_sums", this::writeRows, (totals, elements) -> new Squares(totals)));
    }

    private void writeRows(KernelCall call) {
      call.companion(0).int32(models).int32(0);
      for (int model = 0; model < models; model++) {
        call.companion(model);
      }
    }
  }
}
