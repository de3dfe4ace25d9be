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
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

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
      known = guarded(name, path);
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
        case PlannedModel.Referenced _, PlannedModel.Adapter _ ->
            digest.model(planned.get(i), opened.get(i).folder().list());
      }
    }
  }

  private Optional<InspectedModel> guarded(ModelName name, String path) {
    try {
      return open(name, path);
    } catch (MergefarmException failure) {
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

  private Optional<InspectedModel> open(ModelName name, String path) {
    String stage = name.reference().path();
    PlannedModel plan =
        stages.containsKey(stage)
            ? new PlannedModel.Stage(stages.get(stage))
            : new PlannedModel.Referenced(name.reference().withoutAdapter());
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
