package dev.mergefarm.merge.method;

import java.util.List;

/** The weighted sum of whole task vectors. */
final class TaskArithmetic extends TaskVectorMethod {

  TaskArithmetic() {
    super(false, false, false);
  }

  @Override
  public String name() {
    return "task_arithmetic";
  }

  @Override
  public String title() {
    return "Task Arithmetic";
  }

  @Override
  public String description() {
    return "Adds the models' differences from a base to it, each with its own factor.";
  }

  @Override
  Stage thinOut(TensorMerge tensor, List<Integer> inputs, Finish finish) {
    return finish.with(inputs.stream().<DeltaMask>map(input -> new DeltaMask.All()).toList());
  }
}
