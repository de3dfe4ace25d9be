package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.merge.architecture.ModuleDefinition;
import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.input.Variation;
import dev.mergefarm.merge.kernel.CounterRandom;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.recipe.MixtureRecipe;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.storage.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Lists the tensors of a mixture, except the gates: everything but the feed-forward networks from
 * the base model, the networks from the experts. Used once.
 */
final class MixtureTensors {

  private static final String NETWORK = ".mlp.";
  private static final List<String> MATRICES = List.of("gate_proj", "up_proj", "down_proj");

  /** Values that old checkpoints store although they follow from the configuration. */
  private static final Pattern DERIVED = Pattern.compile(".*\\.rotary_emb\\.inv_freq");

  private final MixtureStyle style;
  private final MixtureRecipe recipe;
  private final InspectedModel base;
  private final Map<ModelName, InspectedModel> models;
  private final ModuleDefinition definition;
  private final long seed;
  private final TensorProblems problems;
  private final int layers;
  private final List<TensorPlanner.Draft> drafts = new ArrayList<>();

  /**
   * @param models every model of the recipe
   * @param definition of the base model's only module
   * @param seed of the experts' noise
   */
  MixtureTensors(
      MixtureStyle style,
      MixtureRecipe recipe,
      Map<ModelName, InspectedModel> models,
      ModuleDefinition definition,
      long seed,
      TensorProblems problems) {
    this.style = style;
    this.recipe = recipe;
    this.models = models;
    this.base = models.get(recipe.baseModel());
    this.definition = definition;
    this.seed = seed;
    this.problems = problems;
    this.layers = base.layers(definition);
  }

  /** The drafts in the order of names. */
  List<TensorPlanner.Draft> plan() {
    fromBase();
    for (int layer = 0; layer < layers; layer++) {
      if (style.expertsTogether()) {
        together(layer, "gate_up_proj", MATRICES.subList(0, 2));
        together(layer, "down_proj", MATRICES.subList(2, 3));
      } else {
        oneByOne(layer);
      }
      shared(layer);
    }
    recipe.experts().forEach(this::checkExpert);
    recipe.sharedExperts().forEach(this::checkExpert);
    drafts.sort(Comparator.comparing(TensorPlanner.Draft::name));
    return drafts;
  }

  private void fromBase() {
    Set<String> placed = new HashSet<>();
    definition.before().forEach(weight -> fromBase(weight, 0, placed));
    definition.after().forEach(weight -> fromBase(weight, 0, placed));
    for (int layer = 0; layer < layers; layer++) {
      for (WeightDefinition weight : definition.layer()) {
        if (!weight.name().contains(NETWORK)) {
          fromBase(weight, layer, placed);
        }
      }
      if (style.needsAttentionBias()) {
        zeroBiases(layer, placed);
      }
    }
    for (String name : base.checkpoint().names()) {
      if (!placed.contains(name) && !name.contains(NETWORK) && !DERIVED.matcher(name).matches()) {
        noPlace(name, base);
      }
    }
  }

  private void fromBase(WeightDefinition weight, int layer, Set<String> placed) {
    String name = WeightDefinition.at(weight.name(), layer);
    if (weight.optional() && !base.checkpoint().has(weight, layer)) {
      return;
    }
    if (name.endsWith(".bias") && !style.hasAttentionBias(projectionOf(name))) {
      return;
    }
    Optional<TensorOrigin> origin = base.checkpoint().find(weight, layer);
    if (origin.isEmpty()) {
      missing(name, base);
      return;
    }
    placed.add(name);
    if (origin.get() instanceof TensorOrigin.Stored stored) {
      placed.add(stored.info().name());
    }
    draft(name, base, origin.get(), weight.embedding());
  }

  private static String projectionOf(String bias) {
    String module = bias.substring(0, bias.length() - ".bias".length());
    return module.substring(module.lastIndexOf('.') + 1);
  }

  private void zeroBiases(int layer, Set<String> placed) {
    for (String projection : List.of("q_proj", "k_proj", "v_proj")) {
      String module = "model.layers." + layer + ".self_attn." + projection;
      base.checkpoint()
          .info(module + ".weight")
          .filter(_ -> !placed.contains(module + ".bias"))
          .ifPresent(
              weight -> {
                int outputs = Math.toIntExact(weight.shape().dimension(0));
                placed.add(module + ".bias");
                draft(
                    module + ".bias",
                    base,
                    new TensorOrigin.Given(Shape.of(outputs), new float[outputs]),
                    false);
              });
    }
  }

  private void together(int layer, String name, List<String> matrices) {
    List<TensorOrigin> parts = new ArrayList<>();
    for (int expert = 0; expert < recipe.experts().size(); expert++) {
      for (String matrix : matrices) {
        matrix(recipe.experts().get(expert), expert, layer, matrix).ifPresent(parts::add);
      }
    }
    if (parts.size() != recipe.experts().size() * matrices.size()) {
      return;
    }
    boolean mixed = parts.stream().map(TensorOrigin::dataType).distinct().count() > 1;
    if (mixed) {
      parts.replaceAll(
          part ->
              part instanceof TensorOrigin.Varied
                  ? part
                  : new TensorOrigin.Varied(part, Variation.NONE));
    }
    Shape one = parts.getFirst().shape();
    Shape shape =
        Shape.of(recipe.experts().size(), one.dimension(0) * matrices.size(), one.dimension(1));
    draft(
        "model.layers." + layer + ".mlp.experts." + name,
        base,
        new TensorOrigin.Joined(shape, parts),
        false);
  }

  private void oneByOne(int layer) {
    for (int expert = 0; expert < recipe.experts().size(); expert++) {
      MixtureRecipe.Expert source = recipe.experts().get(expert);
      for (String matrix : MATRICES) {
        String name = "model.layers.%d.mlp.experts.%d.%s.weight".formatted(layer, expert, matrix);
        matrix(source, expert, layer, matrix)
            .ifPresent(origin -> draft(name, models.get(source.model()), origin, false));
      }
    }
  }

  private void shared(int layer) {
    for (MixtureRecipe.Expert source : recipe.sharedExperts()) {
      for (String matrix : MATRICES) {
        String name =
            "model.layers.%d.mlp.%s.%s.weight"
                .formatted(layer, style.sharedExpert().orElseThrow(), matrix);
        matrix(source, -1, layer, matrix)
            .ifPresent(origin -> draft(name, models.get(source.model()), origin, false));
      }
    }
  }

  /**
   * One matrix of an expert's network.
   *
   * @param number of the expert; -1 for a shared one
   */
  private Optional<TensorOrigin> matrix(
      MixtureRecipe.Expert expert, int number, int layer, String matrix) {
    InspectedModel model = models.get(expert.model());
    String name = "model.layers." + layer + NETWORK + matrix + ".weight";
    Optional<TensorOrigin> found =
        model
            .checkpoint()
            .find(new WeightDefinition(name, List.of(), List.of(), List.of(), false, false), layer);
    if (found.isEmpty()) {
      missing(name, model);
      return found;
    }
    Shape wanted =
        matrix.equals("down_proj") ? Shape.of(hidden(), inner()) : Shape.of(inner(), hidden());
    if (!found.get().shape().equals(wanted)) {
      problems.error(
          ErrorCode.SHAPE_MISMATCH,
          name,
          "In %s the shape is %s; the base model's experts need %s."
              .formatted(model.name(), found.get().shape(), wanted));
      return Optional.empty();
    }
    return varied(expert, number, name, matrix, found.get());
  }

  private Optional<TensorOrigin> varied(
      MixtureRecipe.Expert expert, int number, String name, String matrix, TensorOrigin origin) {
    double noise = expert.noiseScale().orElse(0);
    double factor = matrix.equals("down_proj") ? expert.residualScale().orElse(1) : 1;
    if (!origin.dataType().computable()) {
      problems.error(
          ErrorCode.UNSUPPORTED_DTYPE,
          name,
          "In " + expert.model() + " the tensor is of type " + origin.dataType() + ".");
      return Optional.empty();
    }
    if (noise == 0 && factor == 1) {
      return Optional.of(origin);
    }
    CounterRandom random = CounterRandom.of(seed, name, "expert " + number);
    return Optional.of(new TensorOrigin.Varied(origin, new Variation(noise, factor, random)));
  }

  private void checkExpert(MixtureRecipe.Expert expert) {
    InspectedModel model = models.get(expert.model());
    int own = model.layers(definition);
    if (own != layers) {
      problems.error(
          ErrorCode.SHAPE_MISMATCH,
          expert.path() + ".source_model",
          "%s has %d layers, the base model %d.".formatted(model.name(), own, layers));
    }
    for (String name : model.checkpoint().names()) {
      if (name.contains(NETWORK) && name.endsWith(".bias")) {
        noPlace(name, model);
      }
    }
  }

  private int hidden() {
    return base.configuration().path("hidden_size").asInt();
  }

  private int inner() {
    return base.configuration().path("intermediate_size").asInt();
  }

  private void missing(String name, InspectedModel model) {
    problems.error(
        ErrorCode.TENSOR_MISSING,
        name,
        "Tensor " + name + " required but not present in model " + model.name() + ".");
  }

  private void noPlace(String name, InspectedModel model) {
    problems.error(
        ErrorCode.UNSUPPORTED_ARCHITECTURE,
        name,
        "The tensor of %s has no place in the architecture %s."
            .formatted(model.name(), style.title()));
  }

  private void draft(String name, InspectedModel model, TensorOrigin origin, boolean embedding) {
    PlannedTensor.Input input =
        new PlannedTensor.Input(
            model.name().toString(), origin, ParameterValues.NONE, Optional.empty());
    drafts.add(
        new TensorPlanner.Draft(
            name, name, embedding, List.of(input), OptionalInt.empty(), ParameterValues.NONE));
  }
}
