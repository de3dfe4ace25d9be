package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.architecture.DefinitionExtension;
import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.method.BaseModelRule;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.ParameterSpec;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.ParameterSettings;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts one plan together once the recipe's models are open. Used once. */
final class PlanBuilder {

  private final Recipe recipe;
  private final String text;
  private final Optional<MergeMethod> method;
  private final ArchitectureDefinition known;
  private final ModelInspector inspector;
  private final MergeOptions options;
  private final long memoryBound;
  private final Problems problems;
  private final Map<NormalModule.Slice, ParameterResolver> resolvers = new IdentityHashMap<>();

  /**
   * @param method empty when the recipe has errors already; then shapes and layers are still
   *     checked, and there is no plan
   */
  PlanBuilder(
      Recipe recipe,
      String text,
      Optional<MergeMethod> method,
      ArchitectureDefinition known,
      ModelInspector inspector,
      MergeOptions options,
      long memoryBound,
      Problems problems) {
    this.recipe = recipe;
    this.text = text;
    this.method = method;
    this.known = known;
    this.inspector = inspector;
    this.options = options;
    this.memoryBound = memoryBound;
    this.problems = problems;
  }

  Optional<MergePlan> build() {
    ArchitectureDefinition architecture = withAllTensors();
    Map<ModelName, InspectedModel> models = new HashMap<>();
    inspector.usable().forEach(model -> models.put(model.name(), model));
    List<NormalModule> modules =
        new RecipeNormaliser(recipe, architecture, models::get, problems).modules();
    modules.forEach(this::checkInputs);
    Optional<TokenizerPlanner> tokenizer =
        recipe
            .tokenizer()
            .flatMap(
                wanted ->
                    TokenizerPlanner.create(
                        wanted,
                        architecture.vocabularyKey(),
                        inspector,
                        recipe.baseModel().map(models::get),
                        problems));
    TensorProblems tensorProblems = new TensorProblems(problems);
    List<TensorPlanner.Draft> drafts = drafts(modules, tokenizer, tensorProblems);
    List<PlannedTensor> tensors = tensors(drafts, tensorProblems);
    tensorProblems.close();
    if (problems.hasErrors() || method.isEmpty()) {
      return Optional.empty();
    }
    warnOfUnwritten(architecture, modules);
    return assemble(architecture, modules, tokenizer, tensors);
  }

  private ArchitectureDefinition withAllTensors() {
    Set<String> names = new LinkedHashSet<>();
    inspector.usable().forEach(model -> names.addAll(model.checkpoint().names()));
    DefinitionExtension extension =
        DefinitionExtension.of(
            known, names, name -> ArchitectureChoice.vocabularySized(inspector.usable(), name));
    if (extension.additions().isEmpty()) {
      return known;
    }
    boolean keep = options.compatibility() == Compatibility.STRICT;
    problems.warning(
        ErrorCode.UNSUPPORTED_ARCHITECTURE,
        "",
        "The definition of "
            + known.name()
            + " does not know "
            + extension.additions().size()
            + " of the models' tensors, such as "
            + extension.additions().getFirst()
            + "; they are "
            + (keep ? "merged by name." : "left out, as mergekit does."));
    return keep ? extension.definition() : known;
  }

  private void checkInputs(NormalModule module) {
    if (method.isEmpty()) {
      return;
    }
    BaseModelRule rule = method.get().baseModelRule();
    for (NormalModule.Slice slice : module.slices()) {
      boolean special = rule.special() && slice.base().isPresent();
      if (rule == BaseModelRule.REQUIRED && slice.base().isEmpty()) {
        problems.error(
            ErrorCode.MISSING_KEY,
            slice.path(),
            "The base model must be among the sources of each slice for "
                + method.get().name()
                + ".");
        continue;
      }
      int others = slice.sources().size() - (special ? 1 : 0);
      if (!method.get().modelCount().allows(others)) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            slice.path(),
            method.get().name()
                + " takes "
                + method.get().modelCount().describe()
                + (special ? " besides the base" : "")
                + ", found "
                + others
                + ".");
      }
      if (!rule.special() && slice.sources().stream().anyMatch(NormalModule.Source::implied)) {
        problems.warning(
            ErrorCode.INVALID_VALUE,
            recipe.pathOf("base_model"),
            "The method "
                + method.get().name()
                + " has no base; the base_model is merged like any other model.");
      }
    }
    warnOfBound(module);
  }

  private void warnOfBound(NormalModule module) {
    int first = module.slices().getFirst().sources().size();
    int last = module.slices().getLast().sources().size();
    if (first < last) {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          module.slices().getLast().path(),
          "The first slice has "
              + first
              + " sources, so the weights after the layers take only as many of the last slice's "
              + last
              + ", as in mergekit.");
    }
  }

  private List<TensorPlanner.Draft> drafts(
      List<NormalModule> modules,
      Optional<TokenizerPlanner> tokenizer,
      TensorProblems tensorProblems) {
    TensorPlanner.Embeddings asTheyAre =
        (_, matrices) -> matrices.stream().map(TensorPlanner.SourceMatrix::origin).toList();
    TensorPlanner.Embeddings embeddings =
        tokenizer.<TensorPlanner.Embeddings>map(planner -> planner).orElse(asTheyAre);
    List<TensorPlanner.Draft> drafts = new ArrayList<>();
    for (NormalModule module : modules) {
      drafts.addAll(
          new TensorPlanner(module, new Values(module), embeddings, this::companion, tensorProblems)
              .plan());
    }
    drafts.sort(
        Comparator.comparing(TensorPlanner.Draft::order).thenComparing(TensorPlanner.Draft::name));
    return drafts;
  }

  /** The tensor that accompanies a model's own, where a parameter of the method names one. */
  private Optional<TensorOrigin> companion(
      ParameterValues values, WeightDefinition weight, int layer, NormalModule.Source source) {
    for (ParameterSpec spec : method.map(MergeMethod::parameters).orElse(List.of())) {
      if (spec.type() == ParameterSpec.Type.MODEL
          && values.values().get(spec.name()) instanceof String reference) {
        return inspector
            .companion(new ModelReference(reference), source.path() + ".parameters." + spec.name())
            .flatMap(checkpoint -> checkpoint.find(weight, layer));
      }
    }
    return Optional.empty();
  }

  private List<PlannedTensor> tensors(
      List<TensorPlanner.Draft> drafts, TensorProblems tensorProblems) {
    if (method.isPresent()) {
      Optional<DataType> outputType = recipe.outputDataType().or(recipe::dataType);
      return new DraftCheck(method.get(), outputType, options.seed(), tensorProblems)
          .tensors(drafts);
    }
    Set<String> names = new HashSet<>();
    for (TensorPlanner.Draft draft : drafts) {
      if (names.add(draft.name())) {
        compareShapes(draft, tensorProblems);
      } else {
        DraftCheck.twice(draft, tensorProblems);
      }
    }
    return List.of();
  }

  private void compareShapes(TensorPlanner.Draft draft, TensorProblems tensorProblems) {
    List<Shape> shapes =
        draft.inputs().stream().map(input -> input.origin().shape()).distinct().toList();
    if (shapes.size() > 1 && !draft.embedding()) {
      tensorProblems.error(
          ErrorCode.SHAPE_MISMATCH,
          draft.name(),
          "The models' tensors differ in shape: " + shapes + ".");
    }
  }

  /** No tensor is left out in silence. */
  private void warnOfUnwritten(ArchitectureDefinition architecture, List<NormalModule> modules) {
    Set<String> written = new HashSet<>();
    modules.forEach(module -> written.add(module.definition().name()));
    architecture
        .modules()
        .keySet()
        .forEach(
            name -> {
              if (!written.contains(name)) {
                problems.warning(
                    ErrorCode.MISSING_KEY,
                    recipe.pathOf("modules"),
                    "The recipe does not mention the module '"
                        + name
                        + "'; its tensors are not in the output.");
              }
            });
  }

  private Optional<MergePlan> assemble(
      ArchitectureDefinition architecture,
      List<NormalModule> modules,
      Optional<TokenizerPlanner> tokenizer,
      List<PlannedTensor> tensors) {
    List<OutputFile> files =
        new FilePlanner(recipe, text, method.orElseThrow(), inspector.usable(), options, problems)
            .files(architecture, modules, tokenizer, tensors);
    PlanAssembly assembly =
        new PlanAssembly(
            recipe.name(),
            text,
            method.orElseThrow(),
            method.orElseThrow().name(),
            className(architecture),
            options,
            inspector.planned(),
            memoryBound);
    PlanDigest digest = assembly.digest();
    inspector.identify(digest);
    return Optional.of(assembly.assemble(tensors, files, digest));
  }

  /** Several classes share a definition. */
  private String className(ArchitectureDefinition architecture) {
    String ofDonor = inspector.usable().getFirst().className();
    return ofDonor.isEmpty() ? architecture.name() : ofDonor;
  }

  /** Finds values at the four levels of the recipe. */
  private final class Values implements TensorPlanner.Parameters {
    private final NormalModule module;

    Values(NormalModule module) {
      this.module = module;
    }

    @Override
    public ParameterValues global(NormalModule.Slice slice, String output, double position) {
      return resolver(slice)
          .map(found -> found.forTensor(output, position))
          .orElse(ParameterValues.NONE);
    }

    @Override
    public ParameterValues ofModel(
        NormalModule.Slice slice, NormalModule.Source source, String input, double position) {
      return resolver(slice)
          .map(found -> found.forModel(source.settings(), input, position))
          .orElse(ParameterValues.NONE);
    }

    private Optional<ParameterResolver> resolver(NormalModule.Slice slice) {
      ParameterSettings settings = module.settings();
      return method.map(
          found ->
              resolvers.computeIfAbsent(
                  slice,
                  key ->
                      ParameterResolver.of(found, key.settings(), settings, recipe.parameters())));
    }
  }
}
