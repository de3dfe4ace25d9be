package dev.mergefarm.service.store;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.ModelRepository;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** The store of the farm, open as long as the service runs. */
@ApplicationScoped
public class FarmStorage {

  private final ObjectStore store;
  private final ModelRepository models;

  @Inject
  public FarmStorage(StoreConfiguration configuration) {
    this.store =
        new LocalObjectStore(
            configuration
                .directory()
                .orElseThrow(
                    () ->
                        new IllegalStateException(
                            "mergefarm.store.directory must say where objects are kept")));
    this.models = DefaultModelRepository.builder().ownStore(store).build();
  }

  public ObjectStore store() {
    return store;
  }

  /** Finds models in the store; local paths are not read. */
  public ModelRepository models() {
    return models;
  }

  @PreDestroy
  void close() {
    store.close();
  }
}
