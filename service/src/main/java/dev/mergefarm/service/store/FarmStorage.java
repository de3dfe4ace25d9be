package dev.mergefarm.service.store;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.ModelRepository;
import dev.mergefarm.storage.s3.S3Connection;
import dev.mergefarm.storage.s3.S3Settings;
import io.minio.credentials.StaticProvider;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Optional;

/** The store of the farm, open as long as the service runs. */
@ApplicationScoped
public class FarmStorage {

  private final Optional<S3Connection> server;
  private final ObjectStore store;
  private final ModelRepository models;

  /**
   * @throws IllegalArgumentException if the configuration names no store, or two, or lacks keys
   */
  @Inject
  public FarmStorage(StoreConfiguration configuration) {
    if (configuration.directory().isPresent() == configuration.s3().endpoint().isPresent()) {
      throw new IllegalArgumentException(
          "either mergefarm.store.directory or mergefarm.store.s3.endpoint must be set");
    }
    this.server =
        configuration.s3().endpoint().map(endpoint -> connect(endpoint, configuration.s3()));
    this.store =
        server
            .map(connection -> connection.bucket(configuration.s3().bucket()))
            .orElseGet(() -> new LocalObjectStore(configuration.directory().orElseThrow()));
    DefaultModelRepository.Builder builder = DefaultModelRepository.builder().ownStore(store);
    server.ifPresent(connection -> builder.buckets(connection::bucket));
    this.models = builder.build();
  }

  private static S3Connection connect(URI endpoint, StoreConfiguration.S3 settings) {
    return new S3Connection(
        S3Settings.of(
            endpoint,
            settings.region(),
            new StaticProvider(
                required("access-key", settings.accessKey()),
                required("secret-key", settings.secretKey()),
                null)));
  }

  private static String required(String name, Optional<String> value) {
    return value.orElseThrow(
        () -> new IllegalArgumentException("mergefarm.store.s3." + name + " must be set"));
  }

  public ObjectStore store() {
    return store;
  }

  /** Finds models in the store, and in other buckets of its server; local paths are not read. */
  public ModelRepository models() {
    return models;
  }

  @PreDestroy
  void close() {
    store.close();
    server.ifPresent(S3Connection::close);
  }
}
