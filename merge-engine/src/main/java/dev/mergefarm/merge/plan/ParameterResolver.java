package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.ParameterSpec;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.recipe.ParameterSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the values of a method's parameters for one tensor. Levels are asked from the strongest to
 * the weakest: the model's own (only for parameters that each model has), the slice's, the
 * module's, the recipe's; a level whose filters do not match is passed over.
 */
record ParameterResolver(
    List<ParameterSpec> global, List<ParameterSpec> perModel, List<ParameterSettings> shared) {

  /**
   * @param slice settings of the slice that the tensor is in
   */
  static ParameterResolver of(
      MergeMethod method,
      ParameterSettings slice,
      ParameterSettings module,
      ParameterSettings recipe) {
    return new ParameterResolver(
        scope(method, ParameterSpec.Scope.GLOBAL),
        scope(method, ParameterSpec.Scope.PER_MODEL),
        List.of(slice, module, recipe));
  }

  private static List<ParameterSpec> scope(MergeMethod method, ParameterSpec.Scope scope) {
    return method.parameters().stream().filter(spec -> spec.scope() == scope).toList();
  }

  /** Global parameters, by the output tensor's name. */
  ParameterValues forTensor(String output, double position) {
    return values(global, ParameterSettings.NONE, output, position);
  }

  /** One model's parameters, by the name that the tensor has in that model. */
  ParameterValues forModel(ParameterSettings own, String input, double position) {
    return values(perModel, own, input, position);
  }

  private ParameterValues values(
      List<ParameterSpec> specs, ParameterSettings own, String tensor, double position) {
    if (specs.isEmpty()) {
      return ParameterValues.NONE;
    }
    Map<String, Object> values = new HashMap<>();
    for (ParameterSpec spec : specs) {
      resolve(spec.name(), own, tensor, position)
          .ifPresent(value -> values.put(spec.name(), value));
    }
    return new ParameterValues(values);
  }

  private Optional<Object> resolve(
      String parameter, ParameterSettings own, String tensor, double position) {
    Optional<Object> value = own.resolve(parameter, tensor, position);
    for (int i = 0; value.isEmpty() && i < shared.size(); i++) {
      value = shared.get(i).resolve(parameter, tensor, position);
    }
    return value;
  }
}
