package dev.mergefarm.eval.model.graph;

import org.bytedeco.pytorch.Tensor;

/** The values of a graph's parameters. Readable by many threads. */
@FunctionalInterface
public interface Weights {

  /**
   * @throws IllegalArgumentException when the parameter is not one of the graph that these weights
   *     were made for
   */
  Tensor get(Parameter parameter);
}
