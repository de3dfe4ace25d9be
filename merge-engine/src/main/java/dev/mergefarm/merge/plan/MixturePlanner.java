package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ModuleDefinition;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.mixture.GateRequest;
import dev.mergefarm.merge.output.ModelCard;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.recipe.MixtureReader;
import dev.mergefarm.merge.recipe.MixtureRecipe;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.RecipeReader;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.tensor.DataType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plans mixtures of experts from headers: the feed-forward networks of several models side by side
 * in the body of one. All problems are collected.
 */
public final class MixturePlanner {

  /** The recipe's copy beside the model, as mergekit-moe names it. */
  static final String RECIPE_FILE = "mergekit_moe_config.yml";

  private static final String KIND = "merge-moe";

  private final MergeMethod copying;
  private final ModelOpener opener;
  private final long memoryBound;

  /**
   * @param copying the method that copies single tensors
   * @param memoryBound most memory that running a plan takes, in bytes
   */
  public MixturePlanner(MergeMethod copying, ModelOpener opener, long memoryBound) {
    this.copying = copying;
    this.opener = opener;
    this.memoryBound = memoryBound;
  }

  /**
   * Reads and checks a recipe.
   *
   * @param allowEqualModels see {@link MixtureReader#read}
   */
  public MixtureCheck check(
      String yaml, boolean allowEqualModels, MergeOptions options, Problems problems) {
    Optional<MixtureDraft> draft =
        MixtureReader.read(yaml, options.compatibility(), allowEqualModels, problems)
            .flatMap(recipe -> draft(recipe, yaml, options, problems));
    return new MixtureCheck(problems.all(), problems.hasErrors() ? Optional.empty() : draft);
  }

  private Optional<MixtureDraft> draft(
      MixtureRecipe recipe, String yaml, MergeOptions options, Problems problems) {
    try (ModelInspector inspector = new ModelInspector(opener, Map.of(), options, problems)) {
      recipe.mentions().forEach(inspector::inspect);
      if (!inspector.allUsable()) {
        return Optional.empty();
      }
      Set<String> types = new LinkedHashSet<>();
      inspector.usable().forEach(model -> types.add(model.modelType()));
      Optional<MixtureStyle> style = MixtureStyle.choose(recipe, types, problems);
      InspectedModel base = inspector.usable().getFirst();
      if (style.isEmpty() || !complete(base, problems)) {
        return Optional.empty();
      }
      warn(recipe, problems);
      Job job = new Job(recipe, yaml, options, inspector, style.get(), problems);
      return job.draft();
    }
  }

  private static boolean complete(InspectedModel base, Problems problems) {
    boolean complete = base.definition().isPresent();
    if (!complete) {
      problems.error(
          ErrorCode.UNSUPPORTED_ARCHITECTURE,
          base.path(),
          "The tensors of " + base.name() + " are not named as those of " + base.className() + ".");
    }
    for (String key : MixtureConfiguration.NEEDED) {
      if (!base.configuration().path(key).canConvertToInt()
          || base.configuration().path(key).asInt() < 1) {
        complete = false;
        problems.error(
            ErrorCode.MISSING_KEY,
            base.path(),
            "config.json of " + base.name() + " does not say " + key + ".");
      }
    }
    if (complete
        && base.configuration().path("num_hidden_layers").asInt() > RecipeReader.MOST_LAYERS) {
      complete = false;
      problems.error(
          ErrorCode.LAYER_OUT_OF_RANGE,
          base.path(),
          base.name() + " has more than " + RecipeReader.MOST_LAYERS + " layers.");
    }
    return complete;
  }

  private static void warn(MixtureRecipe recipe, Problems problems) {
    int experts = recipe.experts().size();
    if (Integer.bitCount(experts) != 1) {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          "experts",
          experts + " experts are no power of two; some programs (llama.cpp) cannot run that.");
    }
  }

  /** One recipe whose models are open. */
  private final class Job {
    private final MixtureRecipe recipe;
    private final String yaml;
    private final MergeOptions options;
    private final ModelInspector inspector;
    private final MixtureStyle style;
    private final Problems problems;
    private final InspectedModel base;
    private final Optional<DataType> outputType;

    Job(
        MixtureRecipe recipe,
        String yaml,
        MergeOptions options,
        ModelInspector inspector,
        MixtureStyle style,
        Problems problems) {
      this.recipe = recipe;
      this.yaml = yaml;
      this.options = options;
      this.inspector = inspector;
      this.style = style;
      this.problems = problems;
      this.base = inspector.usable().getFirst();
      this.outputType = recipe.dataType().or(this::typeOfBase);
    }

    /** As the base model's configuration says, under the key's newer or older name. */
    private Optional<DataType> typeOfBase() {
      String text =
          base.configuration()
              .path("dtype")
              .asText(base.configuration().path("torch_dtype").asText(""));
      return RecipeReader.dataType(text);
    }

    Optional<MixtureDraft> draft() {
      Map<ModelName, InspectedModel> models = new HashMap<>();
      inspector.usable().forEach(model -> models.put(model.name(), model));
      ModuleDefinition definition =
          base.definition().orElseThrow().modules().firstEntry().getValue();
      TensorProblems tensorProblems = new TensorProblems(problems);
      List<TensorPlanner.Draft> drafts =
          new MixtureTensors(style, recipe, models, definition, options.seed(), tensorProblems)
              .plan();
      List<PlannedTensor> tensors =
          new DraftCheck(copying, outputType, options.seed(), tensorProblems).tensors(drafts);
      tensorProblems.close();
      GateRequest gates = gates(definition);
      if (gates.bytes() > GateRequest.MOST_BYTES) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            "experts",
            "The gates would take %d bytes, more than %d."
                .formatted(gates.bytes(), GateRequest.MOST_BYTES));
      }
      if (problems.hasErrors()) {
        return Optional.empty();
      }
      PlanAssembly assembly =
          new PlanAssembly(
              Optional.empty(),
              yaml,
              copying,
              KIND,
              style.className(),
              options,
              inspector.planned(),
              memoryBound);
      PlanDigest identity = new PlanDigest();
      inspector.identify(identity);
      return Optional.of(
          new MixtureDraft(
              assembly,
              gates,
              style.gatesSharedExpert(),
              outputType,
              tensors,
              files(),
              identity.finish()));
    }

    private GateRequest gates(ModuleDefinition definition) {
      return new GateRequest(
          recipe.baseModel(),
          definition.before().getFirst().name(),
          recipe.gateMode(),
          prompts(recipe.experts()),
          style.gatesSharedExpert() ? prompts(recipe.sharedExperts()) : List.of(),
          base.layers(definition),
          base.configuration().path("hidden_size").asInt(),
          options.seed());
    }

    private static List<GateRequest.Prompts> prompts(List<MixtureRecipe.Expert> experts) {
      return experts.stream()
          .map(
              expert -> new GateRequest.Prompts(expert.positivePrompts(), expert.negativePrompts()))
          .toList();
    }

    private List<OutputFile> files() {
      List<OutputFile> files = new ArrayList<>();
      files.add(
          new OutputFile.Generated(
              ModelFiles.CONFIG,
              JsonFiles.write(MixtureConfiguration.of(style, recipe, base, outputType))));
      List<String> copied = new ArrayList<>();
      if (options.copyTokenizer()) {
        copied.addAll(FilePlanner.tokenizerFiles(base.model()));
      }
      if (base.model().files().contains("generation_config.json")) {
        copied.add("generation_config.json");
      }
      copied.forEach(name -> files.add(new OutputFile.Copied(name, base.source())));
      if (options.writeModelCard()) {
        files.add(
            new OutputFile.Generated(
                ModelCard.FILE, card().text().getBytes(StandardCharsets.UTF_8)));
        files.add(new OutputFile.Generated(RECIPE_FILE, yaml.getBytes(StandardCharsets.UTF_8)));
      }
      return files;
    }

    private ModelCard card() {
      Map<ModelName, ModelCard.Input> inputs = new LinkedHashMap<>();
      for (InspectedModel model : inspector.usable()) {
        inputs.put(
            model.name(),
            new ModelCard.Input(
                model.name().toString(),
                model
                    .model()
                    .file(ModelCard.FILE)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .flatMap(ModelCard::licenceOf)));
      }
      return new ModelCard(
          style.title() + " model",
          "mixture of experts",
          Optional.empty(),
          Optional.of(recipe.baseModel().toString()),
          List.copyOf(inputs.values()),
          yaml);
    }
  }
}
