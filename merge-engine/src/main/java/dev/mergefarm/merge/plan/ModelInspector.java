package dev.mergefarm.merge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.architecture.KnownArchitectures;
import dev.mergefarm.merge.architecture.ModuleDefinition;
import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.merge.input.Checkpoint;
import dev.mergefarm.merge.input.LoraAdapter;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;

/**
 * Opens the models of one recipe and reads their configurations and headers. Every model that
 * cannot be used is reported at the place that names it. Owns what it opened.
 */
final class ModelInspector implements AutoCloseable {

  private final ModelOpener opener;
  private final Map<String, MergePlan> stages;
  private final MergeOptions options;
  private final Problems problems;
  private final List<PlannedModel> planned = new ArrayList<>();
  private final List<Model> opened = new ArrayList<>();
  private final SequencedMap<ModelName, Optional<InspectedModel>> inspected = new LinkedHashMap<>();

  private final Map<ModelReference, Optional<Checkpoint>> companions = new HashMap<>();

  /** A model as the source of tokenizer files. */
  record TokenizerDonor(ModelName name, int source, Model model) {
    static TokenizerDonor of(InspectedModel model) {
      return new TokenizerDonor(model.name(), model.source(), model.model());
    }
  }

  /**
   * @param stages plans of the stream's other recipes, by name
   */
  ModelInspector(
      ModelOpener opener, Map<String, MergePlan> stages, MergeOptions options, Problems problems) {
    this.opener = opener;
    this.stages = stages;
    this.options = options;
    this.problems = problems;
  }

  /** The model, or empty when it cannot be used; a problem is reported the first time. */
  Optional<InspectedModel> inspect(ModelName name, String path) {
    Optional<InspectedModel> known = inspected.get(name);
    if (known == null) {
      known = guarded(path, () -> open(name, path));
      inspected.put(name, known);
    }
    return known;
  }

  /** The models that can be used, in the order of their inspection. */
  List<InspectedModel> usable() {
    return inspected.values().stream().flatMap(Optional::stream).toList();
  }

  boolean allUsable() {
    return inspected.values().stream().allMatch(Optional::isPresent);
  }

  /** The checkpoints opened, as a plan lists them. */
  List<PlannedModel> planned() {
    return List.copyOf(planned);
  }

  /** Adds what identifies every checkpoint to a plan's digest. */
  void identify(PlanDigest digest) {
    for (int i = 0; i < planned.size(); i++) {
      switch (planned.get(i)) {
        case PlannedModel.Stage stage -> digest.add(stage.plan().summary().digest());
        case PlannedModel.Referenced _,
            PlannedModel.Adapter _,
            PlannedModel.Companion _,
            PlannedModel.File _,
            PlannedModel.TokenizerOnly _ ->
            digest.model(planned.get(i), opened.get(i).folder().list());
      }
    }
  }

  /** The tensors that a parameter names, or empty after a problem. */
  Optional<Checkpoint> companion(ModelReference reference, String path) {
    Optional<Checkpoint> known = companions.get(reference);
    if (known == null) {
      known =
          guarded(
              path,
              () -> {
                int source = planned.size();
                Model model = register(new PlannedModel.Companion(reference));
                return Optional.of(
                    new Checkpoint(source, model.tensors().tensors(), Optional.empty()));
              });
      companions.put(reference, known);
    }
    return known;
  }

  /** A model whose tokenizer is wanted and that is perhaps no part of the merge. */
  Optional<TokenizerDonor> tokenizer(ModelName name, String path) {
    Optional<InspectedModel> merged = inspected.getOrDefault(name, Optional.empty());
    if (merged.isPresent()) {
      return merged.map(TokenizerDonor::of);
    }
    return guarded(
        path,
        () -> {
          int source = planned.size();
          Model model =
              register(
                  stage(name)
                      .orElseGet(
                          () -> new PlannedModel.TokenizerOnly(name.reference().withoutAdapter())));
          return Optional.of(new TokenizerDonor(name, source, model));
        });
  }

  private <T> Optional<T> guarded(String path, Supplier<Optional<T>> work) {
    try {
      return work.get();
    } catch (MergefarmException failure) {
      if (failure.code().retryable() || failure.code() == ErrorCode.CANCELLED) {
        // The store or the hub, not the recipe: every other model would fail the same way.
        throw failure;
      }
      for (Problem problem : failure.problems()) {
        String where = problem.path().isEmpty() ? "" : " (" + problem.path() + ")";
        problems.add(
            new Problem(
                problem.code(),
                problem.severity(),
                path,
                problem.message() + where,
                problem.suggestion()));
      }
      return Optional.empty();
    }
  }

  /** The result of another recipe of the stream, where the name is one's. */
  private Optional<PlannedModel> stage(ModelName name) {
    return Optional.ofNullable(stages.get(name.reference().path())).map(PlannedModel.Stage::new);
  }

  private Optional<InspectedModel> open(ModelName name, String path) {
    PlannedModel plan =
        stage(name).orElseGet(() -> new PlannedModel.Referenced(name.reference().withoutAdapter()));
    int source = planned.size();
    Model model = register(plan);
    Optional<byte[]> file = model.file(ModelFiles.CONFIG);
    if (file.isEmpty()) {
      throw new MergefarmException(
          ErrorCode.MODEL_INCOMPLETE, "'" + plan.label() + "' has no " + ModelFiles.CONFIG + ".");
    }
    ObjectNode configuration = JsonFiles.parseObject(ModelFiles.CONFIG, file.get());
    SequencedMap<String, TensorInfo> tensors = model.tensors().tensors();
    Optional<LoraAdapter> adapter = Optional.empty();
    if (name.reference().adapter().isPresent()) {
      adapter = adapter(name, tensors, path);
      if (adapter.isEmpty()) {
        return Optional.empty();
      }
    }
    Checkpoint checkpoint = new Checkpoint(source, tensors, adapter);
    Optional<String> className = className(name, configuration, path);
    if (className.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new InspectedModel(
            name,
            source,
            path,
            model,
            configuration,
            checkpoint,
            className.get(),
            definition(className.get(), configuration, checkpoint)));
  }

  private Optional<LoraAdapter> adapter(
      ModelName name, SequencedMap<String, TensorInfo> base, String path) {
    PlannedModel plan = new PlannedModel.Adapter(name.reference().adapter().orElseThrow());
    int source = planned.size();
    Model model = register(plan);
    byte[] file =
        model
            .file("adapter_config.json")
            .orElseThrow(
                () ->
                    new MergefarmException(
                        ErrorCode.MODEL_INCOMPLETE,
                        "The adapter '" + plan.label() + "' has no adapter_config.json."));
    return LoraAdapter.read(
        source,
        JsonFiles.parseObject("adapter_config.json", file),
        model.tensors().tensors(),
        base,
        options.adapterDataType().orElse(DataType.F32),
        path,
        problems);
  }

  private Model register(PlannedModel plan) {
    Model model = opener.open(plan);
    planned.add(plan);
    opened.add(model);
    return model;
  }

  private Optional<String> className(ModelName name, ObjectNode configuration, String path) {
    if (name.architecture().isPresent()) {
      return name.architecture();
    }
    JsonNode classes = configuration.path("architectures");
    if (classes.size() > 1) {
      problems.error(
          ErrorCode.UNSUPPORTED_ARCHITECTURE,
          path,
          "More than one architecture in config.json: " + classes + ".");
      return Optional.empty();
    }
    return Optional.of(classes.size() == 1 ? classes.get(0).asText() : "");
  }

  private static Optional<ArchitectureDefinition> definition(
      String className, ObjectNode configuration, Checkpoint checkpoint) {
    return KnownArchitectures.find(className, configuration.path("model_type").asText(""))
        .filter(
            known -> known.modules().values().stream().allMatch(part -> fits(part, checkpoint)));
  }

  /** Whether a checkpoint's names are those of the definition, rather than of another release. */
  private static boolean fits(ModuleDefinition module, Checkpoint checkpoint) {
    List<WeightDefinition> needed =
        module.layer().stream().filter(weight -> !weight.optional()).toList();
    return needed.isEmpty() || needed.stream().anyMatch(weight -> checkpoint.has(weight, 0));
  }

  @Override
  public void close() {
    opened.forEach(Model::close);
  }
}
