package dev.mergefarm.merge;

import dev.mergefarm.merge.plan.ModelOpener;
import dev.mergefarm.merge.plan.PlannedModel;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelRepository;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.List;
import java.util.Optional;
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
      case PlannedModel.Adapter adapter -> new AdapterModel(repository.open(adapter.reference()));
      case PlannedModel.Stage stage -> stages.apply(stage);
    };
  }

  /** A model whose weights are an adapter's. */
  private static final class AdapterModel implements Model {
    private final Model model;
    private TensorSource tensors;

    AdapterModel(Model model) {
      this.model = model;
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
        tensors = SafetensorsTensorSource.openFile(model.folder(), ADAPTER_WEIGHTS);
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
