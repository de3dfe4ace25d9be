package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What happens when the inputs of one output tensor differ in shape. */
public enum ShapeRule {
  /** Different shapes are an error. */
  SAME,
  /**
   * Embeddings and output heads are cut to the smallest number of rows and of columns, from the top
   * left, with a warning; other tensors must agree.
   */
  TRIM_TO_SMALLEST,
  /**
   * Embeddings and output heads are cut to the base's size, with a warning; any other tensor that
   * differs from the base's leaves that model out for this tensor, with a warning.
   */
  TRIM_TO_BASE;

  /**
   * Inputs that agree in shape.
   *
   * @param inputs those that take part, in order
   * @param base index of the base among them
   */
  record Alignment(List<MergeInput> inputs, OptionalInt base) {}

  /**
   * Makes the inputs agree, or reports why they cannot; then the inputs come back as they are.
   *
   * @param tensor the output tensor's name, which problems carry as their path
   * @param embedding whether the tensor is an embedding or an output head
   */
  Alignment align(
      String tensor,
      boolean embedding,
      List<MergeInput> inputs,
      OptionalInt base,
      Problems problems) {
    List<Shape> shapes = inputs.stream().map(input -> input.blocks().shape()).toList();
    Alignment unchanged = new Alignment(inputs, base);
    if (shapes.stream().distinct().count() <= 1) {
      return unchanged;
    }
    boolean matrices = shapes.stream().allMatch(shape -> shape.rank() == 2);
    if (this == TRIM_TO_BASE && base.isPresent()) {
      return alignToBase(tensor, embedding && matrices, inputs, base.getAsInt(), problems);
    }
    if (this == TRIM_TO_SMALLEST && embedding && matrices) {
      long rows = shapes.stream().mapToLong(shape -> shape.dimension(0)).min().orElseThrow();
      long columns = shapes.stream().mapToLong(shape -> shape.dimension(1)).min().orElseThrow();
      warnOfTrim(tensor, shapes, Shape.of(rows, columns), problems);
      return new Alignment(
          inputs.stream()
              .map(input -> input.withBlocks(input.blocks().topLeft(rows, columns)))
              .toList(),
          base);
    }
    problems.error(
        ErrorCode.SHAPE_MISMATCH, tensor, "the models' tensors differ in shape: " + shapes);
    return unchanged;
  }

  private static Alignment alignToBase(
      String tensor, boolean trim, List<MergeInput> inputs, int base, Problems problems) {
    Shape wanted = inputs.get(base).blocks().shape();
    List<MergeInput> aligned = new ArrayList<>();
    int alignedBase = 0;
    for (int i = 0; i < inputs.size(); i++) {
      MergeInput input = inputs.get(i);
      Shape shape = input.blocks().shape();
      if (i == base) {
        alignedBase = aligned.size();
      }
      if (shape.equals(wanted)) {
        aligned.add(input);
      } else if (trim) {
        trimToBase(tensor, input, wanted, aligned, problems);
      } else {
        problems.warning(
            ErrorCode.SHAPE_MISMATCH,
            tensor,
            input.model() + " is left out here: its shape is " + shape + ", the base's " + wanted);
      }
    }
    return new Alignment(List.copyOf(aligned), OptionalInt.of(alignedBase));
  }

  private static void trimToBase(
      String tensor, MergeInput input, Shape wanted, List<MergeInput> aligned, Problems problems) {
    Shape shape = input.blocks().shape();
    long rows = wanted.dimension(0);
    long columns = wanted.dimension(1);
    if (shape.dimension(0) < rows || shape.dimension(1) < columns) {
      problems.error(
          ErrorCode.SHAPE_MISMATCH,
          tensor,
          input.model() + " has shape " + shape + ", smaller than the base's " + wanted);
      return;
    }
    warnOfTrim(tensor, List.of(shape, wanted), wanted, problems);
    aligned.add(input.withBlocks(input.blocks().topLeft(rows, columns)));
  }

  private static void warnOfTrim(
      String tensor, List<Shape> shapes, Shape shape, Problems problems) {
    problems.warning(
        ErrorCode.SHAPE_MISMATCH,
        tensor,
        "the models' tensors differ in shape: "
            + shapes
            + "; only the top left "
            + shape
            + " of each is merged, and rows are not matched by token");
  }
}
