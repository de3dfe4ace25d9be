package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.method.ParameterValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Lists the output tensors of one module with their inputs. Takes time in proportion to the number
 * of inputs.
 */
final class TensorPlanner {

  private final NormalModule module;
  private final Parameters parameters;
  private final Embeddings embeddings;
  private final Companions companions;
  private final TensorProblems problems;
  private final List<Draft> drafts = new ArrayList<>();

  /** Values of parameters for tensors; none while the method is not known. */
  interface Parameters {
    ParameterValues global(NormalModule.Slice slice, String output, double position);

    ParameterValues ofModel(
        NormalModule.Slice slice, NormalModule.Source source, String input, double position);
  }

  /** Brings the rows of an embedding into the output's order, where a recipe asks for it. */
  interface Embeddings {
    /**
     * @param matrices of every model that has the weight, in order
     * @return the arranged matrices, in the same order
     * @throws IllegalArgumentException with the reason, when they cannot be arranged
     */
    List<TensorOrigin> arrange(WeightDefinition weight, List<SourceMatrix> matrices);
  }

  /** Finds the tensors that accompany a model's own, where a parameter names a model of them. */
  interface Companions {
    Optional<TensorOrigin> find(
        ParameterValues values, WeightDefinition weight, int layer, NormalModule.Source source);
  }

  /** One model's matrix of an embedding. */
  record SourceMatrix(InspectedModel model, TensorOrigin origin) {}

  /**
   * An output tensor before it is checked.
   *
   * @param order what tensors are written in the order of: the weight's name in the first input
   */
  record Draft(
      String name,
      String order,
      boolean embedding,
      List<PlannedTensor.Input> inputs,
      OptionalInt base,
      ParameterValues parameters) {}

  TensorPlanner(
      NormalModule module,
      Parameters parameters,
      Embeddings embeddings,
      Companions companions,
      TensorProblems problems) {
    this.module = module;
    this.parameters = parameters;
    this.embeddings = embeddings;
    this.companions = companions;
    this.problems = problems;
  }

  /** All tensors of the module. */
  List<Draft> plan() {
    NormalModule.Slice first = module.slices().getFirst();
    NormalModule.Slice last = module.slices().getLast();
    for (WeightDefinition weight : module.definition().before()) {
      add(weight, first, 0, 0, 0, first.sources().size());
    }
    int layer = 0;
    for (NormalModule.Slice slice : module.slices()) {
      for (int within = 0; within < slice.length(); within++) {
        double position = slice.length() == 1 ? 1 : (double) within / (slice.length() - 1);
        for (WeightDefinition weight : module.definition().layer()) {
          add(weight, slice, layer, within, position, slice.sources().size());
        }
        layer++;
      }
    }
    // As in mergekit, the first slice's number of sources bounds the weights after the layers.
    int bound = Math.min(first.sources().size(), last.sources().size());
    for (WeightDefinition weight : module.definition().after()) {
      add(weight, last, 0, 0, 0, bound);
    }
    return drafts;
  }

  private void add(
      WeightDefinition weight,
      NormalModule.Slice slice,
      int outputLayer,
      int within,
      double position,
      int bound) {
    List<NormalModule.Source> sources = slice.sources().subList(0, bound);
    if (weight.optional()
        && sources.stream()
            .noneMatch(
                source -> source.model().checkpoint().has(weight, source.start() + within))) {
      return;
    }
    String output = WeightDefinition.at(weight.name(), outputLayer);
    List<NormalModule.Source> present = new ArrayList<>();
    List<TensorOrigin> found = new ArrayList<>();
    for (NormalModule.Source source : sources) {
      find(weight, source, within)
          .ifPresent(
              hit -> {
                present.add(source);
                found.add(hit);
              });
    }
    if (found.isEmpty()) {
      return;
    }
    List<PlannedTensor.Input> inputs = new ArrayList<>();
    OptionalInt base = OptionalInt.empty();
    for (int i = 0; i < present.size(); i++) {
      NormalModule.Source source = present.get(i);
      if (slice.base().isPresent() && source == slice.sources().get(slice.base().getAsInt())) {
        base = OptionalInt.of(i);
      }
      inputs.add(input(weight, slice, source, within, position, found.get(i)));
    }
    if (weight.embedding()) {
      inputs = arranged(weight, present, inputs, output);
    }
    drafts.add(
        new Draft(
            output,
            WeightDefinition.at(weight.name(), present.getFirst().start() + within),
            weight.embedding(),
            inputs,
            base,
            parameters.global(slice, output, position)));
  }

  private PlannedTensor.Input input(
      WeightDefinition weight,
      NormalModule.Slice slice,
      NormalModule.Source source,
      int within,
      double position,
      TensorOrigin origin) {
    String name = WeightDefinition.at(weight.name(), source.start() + within);
    ParameterValues values = parameters.ofModel(slice, source, name, position);
    return new PlannedTensor.Input(
        source.model().name().toString(),
        origin,
        values,
        companions.find(values, weight, source.start() + within, source));
  }

  private Optional<TensorOrigin> find(
      WeightDefinition weight, NormalModule.Source source, int within) {
    int layer = source.start() + within;
    String name = WeightDefinition.at(weight.name(), layer);
    try {
      Optional<TensorOrigin> found = source.model().checkpoint().find(weight, layer);
      if (found.isEmpty() && !weight.optional()) {
        problems.error(
            ErrorCode.TENSOR_MISSING,
            name,
            "Tensor " + name + " required but not present in model " + source.model().name() + ".");
      }
      return found;
    } catch (IllegalArgumentException failure) {
      problems.error(
          ErrorCode.TENSOR_MISSING,
          name,
          "The experts of " + source.model().name() + " do not fit: " + failure.getMessage() + ".");
      return Optional.empty();
    }
  }

  private List<PlannedTensor.Input> arranged(
      WeightDefinition weight,
      List<NormalModule.Source> sources,
      List<PlannedTensor.Input> inputs,
      String output) {
    List<SourceMatrix> matrices = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      matrices.add(new SourceMatrix(sources.get(i).model(), inputs.get(i).origin()));
    }
    try {
      List<TensorOrigin> origins = embeddings.arrange(weight, matrices);
      List<PlannedTensor.Input> arranged = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        PlannedTensor.Input input = inputs.get(i);
        arranged.add(
            new PlannedTensor.Input(
                input.model(), origins.get(i), input.parameters(), input.companion()));
      }
      return arranged;
    } catch (IllegalArgumentException failure) {
      problems.error(ErrorCode.SHAPE_MISMATCH, output, failure.getMessage() + ".");
      return inputs;
    }
  }
}
