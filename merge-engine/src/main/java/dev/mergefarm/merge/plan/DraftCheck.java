package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns drafts of output tensors into planned ones, once what is wrong with each is reported.
 *
 * @param outputType what the recipe asks for; empty for what the inputs give
 * @param seed of the recipe's random draws
 */
record DraftCheck(
    MergeMethod method, Optional<DataType> outputType, long seed, TensorProblems problems) {

  /** The tensors that can be merged; a name may be there once. */
  List<PlannedTensor> tensors(List<TensorPlanner.Draft> drafts) {
    List<PlannedTensor> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (TensorPlanner.Draft draft : drafts) {
      if (names.add(draft.name())) {
        planned(draft).ifPresent(tensors::add);
      } else {
        twice(draft, problems);
      }
    }
    return tensors;
  }

  static void twice(TensorPlanner.Draft draft, TensorProblems problems) {
    problems.error(
        ErrorCode.INVALID_VALUE, draft.name(), "Two weights of the output have this name.");
  }

  private Optional<PlannedTensor> planned(TensorPlanner.Draft draft) {
    Optional<DataType> wanted = outputType.or(() -> storedType(draft));
    PlannedTensor asDrafted =
        tensor(
            draft,
            new TensorSpec(draft.name(), DataType.F32, draft.inputs().getFirst().origin().shape()),
            wanted);
    Problems own = new Problems();
    Optional<TensorMerge> merge =
        TensorMerge.plan(asDrafted.request(method, seed, HeaderBlocks::new), own);
    problems.addAll(own.all());
    return merge.map(
        found ->
            tensor(draft, new TensorSpec(draft.name(), found.outputType(), found.shape()), wanted));
  }

  private static PlannedTensor tensor(
      TensorPlanner.Draft draft, TensorSpec spec, Optional<DataType> outputType) {
    return new PlannedTensor(
        spec, draft.embedding(), draft.inputs(), draft.base(), draft.parameters(), outputType);
  }

  /**
   * The type that all inputs are stored in, where one of them is computed in a wider one; otherwise
   * the method's rule decides.
   */
  private static Optional<DataType> storedType(TensorPlanner.Draft draft) {
    List<DataType> stored =
        draft.inputs().stream().map(input -> input.origin().storedType()).distinct().toList();
    boolean widened =
        draft.inputs().stream()
            .anyMatch(input -> input.origin().dataType() != input.origin().storedType());
    return widened && stored.size() == 1 ? Optional.of(stored.getFirst()) : Optional.empty();
  }
}
