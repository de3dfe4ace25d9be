package dev.mergefarm.merge.method;

import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Everything that is needed to compute one output tensor. Holds no data and no open file of its
 * own, so a plan may keep one for each of many thousand tensors.
 *
 * @param method how
 * @param name of the output tensor; random draws are keyed by it
 * @param inputs one or more, of one shape, in the order in which the recipe lists the models; a
 *     model that lacks an optional tensor is not among them
 * @param base index of the base among the inputs; empty when there is none or when the method
 *     treats it as an ordinary input
 * @param parameters the global ones
 * @param outputType the element type to write
 * @param seed of the recipe's random draws
 */
public record TensorMerge(
    MergeMethod method,
    String name,
    List<MergeInput> inputs,
    OptionalInt base,
    ParameterValues parameters,
    DataType outputType,
    long seed) {

  public TensorMerge {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(parameters, "parameters");
    Objects.requireNonNull(outputType, "outputType");
    inputs = List.copyOf(inputs);
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("a merge of " + name + " needs an input");
    }
    if (base.isPresent() && (base.getAsInt() < 0 || base.getAsInt() >= inputs.size())) {
      throw new IllegalArgumentException("no input has the base's index " + base.getAsInt());
    }
  }

  /**
   * What a planner knows of one output tensor before anything is checked.
   *
   * @param embedding whether it is an embedding or an output head, whose size may differ
   * @param inputs in listing order, with the base where the recipe puts it
   * @param base index of the base model among the inputs, even for methods without a special base
   * @param outputType what the recipe asks for; empty for the type that the inputs give
   */
  public record Request(
      MergeMethod method,
      String name,
      boolean embedding,
      List<MergeInput> inputs,
      OptionalInt base,
      ParameterValues parameters,
      Optional<DataType> outputType,
      long seed) {}

  /**
   * Checks a request and makes its inputs agree in shape. Everything wrong goes to the problems,
   * with the tensor's name as path.
   *
   * @return empty when there was an error
   */
  public static Optional<TensorMerge> plan(Request request, Problems problems) {
    return TensorMergePlanner.plan(request, problems);
  }

  /** The output's shape, which all inputs share. */
  public Shape shape() {
    return inputs.getFirst().blocks().shape();
  }

  /** Length of the output. */
  public long bytes() {
    return outputType.bytesFor(shape().elements());
  }

  /** Length of the inputs together, each read once. */
  public long inputBytes() {
    return inputs.stream()
        .mapToLong(input -> input.blocks().dataType().bytesFor(shape().elements()))
        .sum();
  }

  /** Whether arithmetic is defined on every input; if not, one input is copied. */
  public boolean computable() {
    return inputs.stream().allMatch(input -> input.blocks().dataType().computable());
  }

  /** The first stage: the method's, or a copy of the base or else the first input. */
  public Stage start() {
    return computable() ? method.start(this) : new Stage.Copy(base.orElse(0));
  }

  /** Indices of the inputs that are not the base, in order. */
  public List<Integer> others() {
    return IntStream.range(0, inputs.size())
        .filter(index -> base.isEmpty() || index != base.getAsInt())
        .boxed()
        .toList();
  }

  /** A global number. */
  public double number(ParameterSpec parameter) {
    return parameters.number(parameter);
  }

  /** A global flag. */
  public boolean flag(ParameterSpec parameter) {
    return parameters.flag(parameter);
  }

  /** One model's number. */
  public double number(ParameterSpec parameter, int input) {
    return inputs.get(input).parameters().number(parameter);
  }
}
