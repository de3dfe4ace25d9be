package dev.mergefarm.merge;

import dev.mergefarm.merge.plan.ModelOpener;
import dev.mergefarm.merge.plan.PlannedModel;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelRepository;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/** Opens what plans read: stored models, adapters, and the results of other plans. */
final class ModelOpening implements ModelOpener {

  private static final String ADAPTER_WEIGHTS = "adapter_model.safetensors";

  private final ModelRepository repository;
  private final Function<PlannedModel.Stage, Model> stages;

  /**
   * @param stages makes the result of a plan readable
   */
  ModelOpening(ModelRepository repository, Function<PlannedModel.Stage, Model> stages) {
    this.repository = repository;
    this.stages = stages;
  }

  @Override
  public Model open(PlannedModel model) {
    return switch (model) {
      case PlannedModel.Referenced referenced -> repository.open(referenced.reference());
      case PlannedModel.Adapter adapter ->
          new PartialModel(repository.open(adapter.reference()), ModelOpening::adapterWeights);
      case PlannedModel.Companion companion -> repository.open(companion.reference());
      case PlannedModel.TokenizerOnly tokenizer ->
          new PartialModel(repository.open(tokenizer.reference()), _ -> new NoTensors());
      case PlannedModel.File file -> new StateFile(file.path());
      case PlannedModel.Stage stage -> stages.apply(stage);
    };
  }

  private static TensorSource adapterWeights(Model model) {
    return SafetensorsTensorSource.openFile(model.folder(), ADAPTER_WEIGHTS);
  }

  /** No tensors at all. */
  private static final class NoTensors implements TensorSource {
    @Override
    public SequencedMap<String, TensorInfo> tensors() {
      return new LinkedHashMap<>();
    }

    @Override
    public void read(TensorInfo tensor, long offset, MemorySegment target) {
      throw new IllegalStateException("there are no tensors");
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  /** A model with other tensors than its own. */
  private static final class PartialModel implements Model {
    private final Model model;
    private final Function<Model, TensorSource> opener;
    private TensorSource tensors;

    PartialModel(Model model, Function<Model, TensorSource> opener) {
      this.model = model;
      this.opener = opener;
    }

    @Override
    public ModelReference reference() {
      return model.reference();
    }

    @Override
    public ObjectFolder folder() {
      return model.folder();
    }

    @Override
    public List<String> files() {
      return model.files();
    }

    @Override
    public Optional<byte[]> file(String name) {
      return model.file(name);
    }

    @Override
    public synchronized TensorSource tensors() {
      if (tensors == null) {
        tensors = opener.apply(model);
      }
      return tensors;
    }

    @Override
    public synchronized void close() {
      if (tensors != null) {
        tensors.close();
      }
      model.close();
    }
  }
}
