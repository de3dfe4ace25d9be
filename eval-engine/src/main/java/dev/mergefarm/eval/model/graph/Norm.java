package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A normalisation over the last dimension, computed in float32. */
public sealed interface Norm extends Part {

  /** The same shape and type as the input. */
  Tensor apply(Tensor input, Weights weights);

  /**
   * Root mean square normalisation (Zhang and Sennrich 2019, arXiv 1910.07467).
   *
   * @param weight [size] or [heads, size]
   * @param epsilon added to the mean square
   * @param aroundOne whether the stored weight is the factor's difference from one, as in Gemma
   * @param scaleBeforeRounding whether the factor is applied before the result is rounded to the
   *     input's type; matters for 16-bit types only
   */
  record RootMeanSquare(
      Parameter weight, double epsilon, boolean aroundOne, boolean scaleBeforeRounding)
      implements Norm {

    /** As in Llama: rounded to the input's type, then multiplied. */
    public static RootMeanSquare plain(String name, long size, double epsilon) {
      return new RootMeanSquare(Parameter.vector(name + ".weight", size), epsilon, false, false);
    }

    /** As in Gemma: multiplied by one plus the weight, then rounded to the input's type. */
    public static RootMeanSquare aroundOne(String name, long size, double epsilon) {
      return new RootMeanSquare(Parameter.vector(name + ".weight", size), epsilon, true, true);
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(weight);
    }

    @Override
    public Tensor apply(Tensor input, Weights weights) {
      Tensor wide = input.to(ScalarType.Float);
      Tensor inverse = Operations.add(Operations.meanOfLast(wide.square()), epsilon).rsqrt();
      Tensor normal = wide.mul(inverse);
      Tensor factor = weights.get(weight);
      if (!scaleBeforeRounding) {
        return normal.to(input.scalar_type()).mul(factor);
      }
      Tensor wideFactor = factor.to(ScalarType.Float);
      return normal
          .mul(aroundOne ? Operations.add(wideFactor, 1) : wideFactor)
          .to(input.scalar_type());
    }
  }

  /**
   * Layer normalisation (Ba, Kiros and Hinton 2016, arXiv 1607.06450).
   *
   * @param weight [size]
   * @param bias [size]
   */
  record Layer(Parameter weight, Optional<Parameter> bias, double epsilon) implements Norm {

    /** The weights {@code name.weight} and, where wanted, {@code name.bias}. */
    public static Layer of(String name, long size, double epsilon, boolean withBias) {
      return new Layer(
          Parameter.vector(name + ".weight", size),
          withBias ? Optional.of(Parameter.vector(name + ".bias", size)) : Optional.empty(),
          epsilon);
    }

    @Override
    public List<Parameter> parameters() {
      return bias.isPresent() ? List.of(weight, bias.get()) : List.of(weight);
    }

    @Override
    public Tensor apply(Tensor input, Weights weights) {
      return Operations.layerNorm(
          input, weight.shape().dimension(0), weights.get(weight), bias.map(weights::get), epsilon);
    }
  }

  /**
   * Layer normalisation of each attention head with factors of its own and no bias.
   *
   * @param factors either one parameter [heads, size] or one [size] for each head
   */
  record PerHead(List<Parameter> factors, double epsilon) implements Norm {

    public PerHead {
      factors = List.copyOf(factors);
    }

    @Override
    public List<Parameter> parameters() {
      return factors;
    }

    /** Input [batch, tokens, heads, size]. */
    @Override
    public Tensor apply(Tensor input, Weights weights) {
      Tensor wide = input.to(ScalarType.Float);
      Tensor centred = wide.sub(Operations.meanOfLast(wide));
      Tensor inverse = Operations.add(Operations.meanOfLast(centred.square()), epsilon).rsqrt();
      return centred.mul(inverse).mul(factor(weights)).to(input.scalar_type());
    }

    private Tensor factor(Weights weights) {
      if (factors.size() == 1 && factors.getFirst().shape().rank() == 2) {
        return weights.get(factors.getFirst()).to(ScalarType.Float);
      }
      Tensor[] rows =
          factors.stream().map(factor -> weights.get(factor).unsqueeze(0)).toArray(Tensor[]::new);
      return Operations.concatenate(0, rows).to(ScalarType.Float);
    }
  }
}
