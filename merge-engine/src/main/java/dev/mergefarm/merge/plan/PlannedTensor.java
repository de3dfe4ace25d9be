package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * One output tensor: headers and numbers only.
 *
 * @param spec what is written
 * @param embedding whether its rows are the vocabulary's
 * @param inputs in listing order
 * @param base index of the base model among the inputs
 * @param parameters the global ones
 * @param outputType what the recipe asks for
 */
public record PlannedTensor(
    TensorSpec spec,
    boolean embedding,
    List<Input> inputs,
    OptionalInt base,
    ParameterValues parameters,
    Optional<DataType> outputType) {

  /**
   * One model's part.
   *
   * @param model as the recipe names it
   * @param companion a tensor that a parameter of type MODEL names
   */
  public record Input(
      String model,
      TensorOrigin origin,
      ParameterValues parameters,
      Optional<TensorOrigin> companion) {

    MergeInput open(Function<TensorOrigin, TensorBlocks> opener) {
      return new MergeInput(model, opener.apply(origin), parameters, companion.map(opener));
    }
  }

  public PlannedTensor {
    inputs = List.copyOf(inputs);
  }

  /**
   * The request for the merge engine.
   *
   * @param opener makes an origin readable, or stands in for it while planning
   */
  public TensorMerge.Request request(
      MergeMethod method, long seed, Function<TensorOrigin, TensorBlocks> opener) {
    return new TensorMerge.Request(
        method,
        spec.name(),
        embedding,
        inputs.stream().map(input -> input.open(opener)).toList(),
        base,
        parameters,
        outputType,
        seed);
  }

  /** Bytes read from stores when every input is read once. */
  public long bytesIn() {
    return inputs.stream()
        .mapToLong(
            input ->
                input.origin().storedBytes()
                    + input.companion().map(TensorOrigin::storedBytes).orElse(0L))
        .sum();
  }
}
