package dev.mergefarm.storage.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.BoundedTasks;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Describes the models of a farm's own store from configs and headers. What was read of a model is
 * kept as long as none of its files changes. Safe for many threads.
 */
public final class ModelCatalog {

  private static final int MODELS_AT_ONCE = 8;

  /** Descriptions kept; beyond this many they are read again each time. */
  private static final int KEPT = 10_000;

  private record Known(List<ObjectInfo> files, ModelSummary summary) {}

  private final ObjectStore store;
  private final StoredModels models;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  public ModelCatalog(ObjectStore store) {
    this.store = store;
    this.models = new StoredModels(store);
  }

  /** All visible models by name. */
  public List<ModelSummary> list() {
    Map<String, List<ObjectInfo>> visible = models.files();
    known.keySet().retainAll(visible.keySet());
    return describe(List.copyOf(visible.keySet()));
  }

  /**
   * Describes models that {@link StoredModels#names} lists, such as one page of them; a model that
   * has gone meanwhile is left out.
   */
  public List<ModelSummary> describe(List<String> names) {
    return BoundedTasks.map(names, MODELS_AT_ONCE, this::find).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * One model.
   *
   * @param name with or without the leading {@code models/}
   */
  public Optional<ModelSummary> find(String name) {
    return models.find(name).map(folder -> describe(StoredModels.wholeName(name), folder));
  }

  private ModelSummary describe(String name, ObjectFolder folder) {
    List<ObjectInfo> files =
        folder.list().stream()
            .filter(info -> !info.key().startsWith(ModelFiles.PRIVATE_PREFIX))
            .toList();
    Known before = known.get(name);
    if (before != null && before.files().equals(files)) {
      return before.summary();
    }
    ModelSummary summary = summarize(name, folder, files);
    if (known.size() < KEPT || before != null) {
      known.put(name, new Known(files, summary));
    }
    return summary;
  }

  /**
   * Reads what config and headers say of a model, wherever it lies.
   *
   * @param name that the summary gets
   * @param files the model's own, with names relative to the folder
   */
  public static ModelSummary summarize(String name, ObjectFolder folder, List<ObjectInfo> files) {
    List<Problem> problems = new ArrayList<>();
    Optional<String> architecture = Optional.empty();
    long parameters = 0;
    long tensors = 0;
    SortedSet<DataType> dataTypes = new TreeSet<>();
    try (Model model = new FolderModel(ModelReference.ofPath(name), folder, () -> {})) {
      architecture = architecture(model);
      TensorSource source = model.tensors();
      problems.addAll(source.warnings());
      for (TensorInfo tensor : source.tensors().values()) {
        parameters += tensor.shape().elements();
        tensors++;
        dataTypes.add(tensor.dataType());
      }
    } catch (MergefarmException failure) {
      if (failure.code().retryable()) {
        throw failure;
      }
      problems.addAll(failure.problems());
    }
    return new ModelSummary(
        name,
        architecture,
        parameters,
        tensors,
        dataTypes,
        files.stream().mapToLong(ObjectInfo::size).sum(),
        files,
        files.stream().anyMatch(info -> info.key().equals(ModelFiles.MANIFEST)),
        problems);
  }

  private static Optional<String> architecture(Model model) {
    return model
        .file(ModelFiles.CONFIG)
        .map(content -> JsonFiles.parseObject(ModelFiles.CONFIG, content))
        .map(config -> config.path("architectures").path(0))
        .map(JsonNode::textValue);
  }

  /** The store described. */
  public ObjectStore store() {
    return store;
  }
}
