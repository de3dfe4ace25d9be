package dev.mergefarm.merge.method;

import dev.mergefarm.common.Problems;
import java.util.List;
import java.util.Optional;

/**
 * One way to merge models, described well enough to validate a recipe, to print help and to run it.
 * Immutable and safe for many threads. To add one, write a class that implements this interface and
 * name it in {@link MethodRegistry}.
 */
public interface MergeMethod {

  /** The name in a recipe's {@code merge_method}, such as {@code task_arithmetic}. */
  String name();

  /** The name for people, such as {@code Task Arithmetic}. */
  String title();

  /** One sentence on what the method does. */
  String description();

  /** Where the method was published, as a URL, if it was. */
  Optional<String> reference();

  /** Every parameter that the method reads, in the order to show them. */
  List<ParameterSpec> parameters();

  /** What the recipe's {@code base_model} means to the method. */
  BaseModelRule baseModelRule();

  /** How many models the method takes beside a base that it treats specially. */
  ModelCount modelCount();

  /** What happens when the inputs of a tensor differ in shape. */
  ShapeRule shapeRule();

  /**
   * How often the inputs of this tensor are read: once for each stage. A planner multiplies the
   * bytes to read by it when the tensor is too large to be kept between stages.
   */
  default int passes(TensorMerge tensor) {
    return 1;
  }

  /**
   * Adds what only the method can know to be wrong with a tensor, such as parameters that
   * contradict each other. Types, ranges, required parameters and the number of models are checked
   * by {@link TensorMerge#check} before.
   *
   * @param path where in the recipe or which tensor, for the problems' paths
   */
  default void check(TensorMerge tensor, String path, Problems problems) {}

  /**
   * The first stage of merging one tensor. Only called for tensors whose inputs all have element
   * types that arithmetic is defined on; others are copied.
   *
   * @throws dev.mergefarm.common.MergefarmException for what {@link #check} would have reported
   */
  Stage start(TensorMerge tensor);
}
