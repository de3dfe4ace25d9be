package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.DataType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Checks requests for output tensors and turns them into merges. */
final class TensorMergePlanner {

  private TensorMergePlanner() {}

  static Optional<TensorMerge> plan(TensorMerge.Request request, Problems problems) {
    Problems own = new Problems();
    MergeMethod method = request.method();
    OptionalInt base = method.baseModelRule().special() ? request.base() : OptionalInt.empty();
    if (request.inputs().isEmpty()) {
      own.error(ErrorCode.TENSOR_MISSING, request.name(), "no model holds this tensor");
    } else if (method.baseModelRule() == BaseModelRule.REQUIRED && base.isEmpty()) {
      own.error(
          ErrorCode.TENSOR_MISSING,
          request.name(),
          method.name() + " needs the base model's tensor, which is not there");
    }
    checkParameters(request, base, own);
    Optional<TensorMerge> merge = own.hasErrors() ? Optional.empty() : align(request, base, own);
    merge.ifPresent(tensor -> method.check(tensor, request.name(), own));
    problems.addAll(own.all());
    return own.hasErrors() ? Optional.empty() : merge;
  }

  private static Optional<TensorMerge> align(
      TensorMerge.Request request, OptionalInt base, Problems problems) {
    ShapeRule.Alignment aligned =
        request
            .method()
            .shapeRule()
            .align(request.name(), request.embedding(), request.inputs(), base, problems);
    if (problems.hasErrors()) {
      return Optional.empty();
    }
    return Optional.of(
        new TensorMerge(
            request.method(),
            request.name(),
            aligned.inputs(),
            aligned.base(),
            request.parameters(),
            outputType(request, aligned),
            request.seed()));
  }

  /**
   * Copied tensors keep their type. A computed one has the type asked for, else the base's, else
   * the one that can hold all inputs' values.
   */
  private static DataType outputType(TensorMerge.Request request, ShapeRule.Alignment aligned) {
    List<DataType> types =
        aligned.inputs().stream().map(input -> input.blocks().dataType()).toList();
    DataType leading = types.get(aligned.base().orElse(0));
    if (!types.stream().allMatch(DataType::computable)) {
      return leading;
    }
    if (request.outputType().isPresent()) {
      return request.outputType().get();
    }
    boolean agree = types.stream().distinct().count() == 1;
    return aligned.base().isPresent() || agree ? leading : DataType.F32;
  }

  private static void checkParameters(
      TensorMerge.Request request, OptionalInt base, Problems problems) {
    for (ParameterSpec parameter : request.method().parameters()) {
      if (parameter.scope() == ParameterSpec.Scope.GLOBAL) {
        check(parameter, request.parameters(), true, request.name(), problems);
        continue;
      }
      for (int i = 0; i < request.inputs().size(); i++) {
        MergeInput input = request.inputs().get(i);
        boolean isBase = base.isPresent() && base.getAsInt() == i;
        String path = request.name() + " of " + input.model();
        check(parameter, input.parameters(), !isBase, path, problems);
      }
    }
  }

  private static void check(
      ParameterSpec parameter,
      ParameterValues values,
      boolean needed,
      String path,
      Problems problems) {
    if (values.has(parameter)) {
      parameter.check(values.find(parameter).orElseThrow(), path, problems);
    } else if (parameter.required() && needed) {
      problems.error(
          ErrorCode.MISSING_KEY, path, "the parameter '" + parameter.name() + "' is required");
    }
  }
}
