package dev.mergefarm.eval.model.graph;

import dev.mergefarm.storage.tensor.Shape;

/**
 * One weight that a graph needs.
 *
 * @param name as checkpoints of the family spell it
 * @param shape that it must have
 */
public record Parameter(String name, Shape shape) {

  /** A vector. */
  static Parameter vector(String name, long size) {
    return new Parameter(name, Shape.of(size));
  }

  /** A matrix. */
  public static Parameter matrix(String name, long rows, long columns) {
    return new Parameter(name, Shape.of(rows, columns));
  }
}
