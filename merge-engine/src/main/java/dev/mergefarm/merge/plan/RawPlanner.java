package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.method.BaseModelRule;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.ParameterSpec;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.recipe.Content;
import dev.mergefarm.merge.recipe.ParameterSettings;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.recipe.RecipeReader;
import dev.mergefarm.merge.recipe.Source;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Plans merges of single files of tensors, without architectures and configurations: tensors of one
 * name are merged. The recipe's models are the files' paths. Gradients take their first value.
 */
public final class RawPlanner {

  /** The recipe's copy beside the tensors. */
  static final String RECIPE_FILE = "mergekit_config.yml";

  private final MethodRegistry registry;
  private final ModelOpener opener;
  private final long memoryBound;

  /**
   * @param opener opens {@link PlannedModel.File}s
   * @param memoryBound most memory that running a plan takes, in bytes
   */
  public RawPlanner(MethodRegistry registry, ModelOpener opener, long memoryBound) {
    this.registry = registry;
    this.opener = opener;
    this.memoryBound = memoryBound;
  }

  /** Reads and plans; every problem is reported, and there is a plan only when none is an error. */
  public Optional<MergePlan> plan(
      String yaml, MissingTensors missing, MergeOptions options, Problems problems) {
    List<Recipe> recipes =
        RecipeReader.read(yaml, options.compatibility(), registry::find, problems);
    if (recipes.size() != 1) {
      if (!problems.hasErrors()) {
        problems.error(
            ErrorCode.INVALID_VALUE, "", "One recipe is needed, found " + recipes.size() + ".");
      }
      return Optional.empty();
    }
    Recipe recipe = recipes.getFirst();
    Optional<MergeMethod> method =
        registry.find(recipe.method(), recipe.pathOf("merge_method"), problems);
    method.ifPresent(
        found ->
            new ParameterCheck(found, registry, options.compatibility(), problems).check(recipe));
    if (!(recipe.content() instanceof Content.Models models)) {
      refuse("slices", "Files without an architecture have no layers; list 'models'.", problems);
      return Optional.empty();
    }
    refuseTokenizer(recipe, problems);
    if (method.isEmpty()) {
      return Optional.empty();
    }
    try (Files files = new Files(opener, problems)) {
      Job job = new Job(recipe, yaml, method.get(), models.sources(), files, options, problems);
      return job.plan(missing);
    }
  }

  private static void refuseTokenizer(Recipe recipe, Problems problems) {
    if (recipe.tokenizer().isPresent()) {
      refuse("tokenizer", "Files without a model have no tokenizer.", problems);
    }
    if (recipe.chatTemplate().isPresent()) {
      refuse("chat_template", "Files without a model have no chat template.", problems);
    }
  }

  private static void refuse(String path, String message, Problems problems) {
    problems.error(ErrorCode.INVALID_VALUE, path, message);
  }

  /** The files of a recipe, each opened once. */
  private static final class Files implements AutoCloseable {
    private final ModelOpener opener;
    private final Problems problems;
    private final SequencedMap<String, Optional<Model>> opened = new LinkedHashMap<>();
    private final List<PlannedModel> planned = new ArrayList<>();

    Files(ModelOpener opener, Problems problems) {
      this.opener = opener;
      this.problems = problems;
    }

    void open(String path, String place) {
      if (opened.containsKey(path)) {
        return;
      }
      PlannedModel.File file = new PlannedModel.File(path);
      try {
        opened.put(path, Optional.of(opener.open(file)));
        planned.add(file);
      } catch (MergefarmException failure) {
        opened.put(path, Optional.empty());
        for (Problem problem : failure.problems()) {
          problems.error(problem.code(), place, problem.message());
        }
      }
    }

    List<String> paths() {
      return List.copyOf(opened.sequencedKeySet());
    }

    boolean complete() {
      return opened.values().stream().allMatch(Optional::isPresent);
    }

    Model model(String path) {
      return opened.get(path).orElseThrow();
    }

    void identify(PlanDigest digest) {
      for (PlannedModel file : planned) {
        Model model = model(file.label());
        digest.model(
            file,
            model.files().stream().flatMap(name -> model.folder().find(name).stream()).toList());
      }
    }

    @Override
    public void close() {
      opened.values().forEach(model -> model.ifPresent(Model::close));
    }
  }

  /** One recipe. */
  private final class Job {
    private final Recipe recipe;
    private final String yaml;
    private final MergeMethod method;
    private final List<Source> sources;
    private final Files files;
    private final MergeOptions options;
    private final Problems problems;
    private final Optional<String> base;
    private final SequencedMap<String, ParameterSettings> settings = new LinkedHashMap<>();

    Job(
        Recipe recipe,
        String yaml,
        MergeMethod method,
        List<Source> sources,
        Files files,
        MergeOptions options,
        Problems problems) {
      this.recipe = recipe;
      this.yaml = yaml;
      this.method = method;
      this.sources = sources;
      this.files = files;
      this.options = options;
      this.problems = problems;
      this.base = recipe.baseModel().map(Object::toString);
    }

    Optional<MergePlan> plan(MissingTensors missing) {
      for (Source source : sources) {
        settings.putIfAbsent(source.model().toString(), source.parameters());
        files.open(source.model().toString(), source.path() + ".model");
      }
      base.ifPresent(
          path -> {
            settings.putIfAbsent(path, ParameterSettings.NONE);
            files.open(path, "base_model");
          });
      checkInputs();
      if (!files.complete()) {
        return Optional.empty();
      }
      TensorProblems tensorProblems = new TensorProblems(problems);
      List<TensorPlanner.Draft> drafts = drafts(missing, tensorProblems);
      List<PlannedTensor> tensors =
          new DraftCheck(
                  method,
                  recipe.outputDataType().or(recipe::dataType),
                  options.seed(),
                  tensorProblems)
              .tensors(drafts);
      tensorProblems.close();
      return problems.hasErrors() ? Optional.empty() : Optional.of(assemble(tensors));
    }

    private void checkInputs() {
      if (method.baseModelRule() == BaseModelRule.REQUIRED && base.isEmpty()) {
        problems.error(
            ErrorCode.MISSING_KEY,
            "base_model",
            "The method " + method.name() + " needs a base_model.");
      }
      boolean special = method.baseModelRule().special() && base.isPresent();
      int others = settings.size() - (special ? 1 : 0);
      if (!method.modelCount().allows(others)) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            "models",
            "%s takes %s, found %d."
                .formatted(method.name(), method.modelCount().describe(), others));
      }
      if (method.parameters().stream()
          .anyMatch(parameter -> parameter.type() == ParameterSpec.Type.MODEL)) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            "merge_method",
            "The method " + method.name() + " needs models with configurations.");
      }
    }

    private List<TensorPlanner.Draft> drafts(
        MissingTensors missing, TensorProblems tensorProblems) {
      SortedSet<String> names = new TreeSet<>();
      for (String path : files.paths()) {
        names.addAll(files.model(path).tensors().tensors().keySet());
      }
      ParameterResolver resolver =
          ParameterResolver.of(
              method, ParameterSettings.NONE, ParameterSettings.NONE, recipe.parameters());
      List<TensorPlanner.Draft> drafts = new ArrayList<>();
      for (String name : names) {
        draft(name, missing, resolver, tensorProblems).ifPresent(drafts::add);
      }
      return drafts;
    }

    private Optional<TensorPlanner.Draft> draft(
        String name,
        MissingTensors missing,
        ParameterResolver resolver,
        TensorProblems tensorProblems) {
      List<PlannedTensor.Input> inputs = new ArrayList<>();
      OptionalInt baseIndex = OptionalInt.empty();
      for (int i = 0; i < files.paths().size(); i++) {
        String path = files.paths().get(i);
        Optional<TensorInfo> info = files.model(path).tensors().find(name);
        if (info.isPresent()) {
          if (base.filter(path::equals).isPresent()) {
            baseIndex = OptionalInt.of(inputs.size());
          }
          inputs.add(
              new PlannedTensor.Input(
                  path,
                  new TensorOrigin.Stored(i, info.get()),
                  resolver.forModel(settings.get(path), name, 0),
                  Optional.empty()));
        } else if (missing == MissingTensors.REFUSE) {
          tensorProblems.error(
              ErrorCode.TENSOR_MISSING, name, "Missing tensors: " + path + " lacks " + name + ".");
        } else if (missing == MissingTensors.LEAVE_OUT) {
          return Optional.empty();
        }
      }
      return Optional.of(
          new TensorPlanner.Draft(
              name, name, false, inputs, baseIndex, resolver.forTensor(name, 0)));
    }

    private MergePlan assemble(List<PlannedTensor> tensors) {
      PlanAssembly assembly =
          new PlanAssembly(
              Optional.empty(),
              yaml,
              method,
              method.name(),
              "no architecture",
              options,
              files.planned,
              memoryBound);
      PlanDigest digest = assembly.digest();
      files.identify(digest);
      List<OutputFile> written =
          options.writeModelCard()
              ? List.of(
                  new OutputFile.Generated(RECIPE_FILE, yaml.getBytes(StandardCharsets.UTF_8)))
              : List.of();
      return assembly.assemble(tensors, written, digest);
    }
  }
}
