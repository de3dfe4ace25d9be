package dev.mergefarm.service.store;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.service.hub.FarmHub;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.hub.HubMirror;
import dev.mergefarm.storage.hub.HubResolvers;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.HubModels;
import dev.mergefarm.storage.model.ModelRepository;
import dev.mergefarm.storage.s3.S3Connection;
import dev.mergefarm.storage.s3.S3Settings;
import io.minio.credentials.StaticProvider;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Optional;

/** The store of the farm and the models in reach, open as long as the service runs. */
@ApplicationScoped
public class FarmStorage {

  private final Optional<S3Connection> server;
  private final ObjectStore store;
  private final Optional<HubClient> hub;

  /**
   * @throws IllegalArgumentException if the configuration names no store, or two, or lacks keys
   */
  @Inject
  public FarmStorage(StoreConfiguration configuration, FarmHub hub) {
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
    this.hub = hub.client();
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

  /** The hub that stands behind the store. */
  public Optional<HubClient> hub() {
    return hub;
  }

  /** Whether the store is an S3 server, so that its reads and writes wait for a network. */
  public boolean remote() {
    return server.isPresent();
  }

  /**
   * Finds models in the store, in other buckets of its server, and on the hub, where headers are
   * read in place; local paths are not read. For checking and planning.
   */
  public ModelRepository models() {
    return repository(hub.map(HubResolvers::inPlace));
  }

  /** The same, but a model of the hub is copied into the store when it is opened. For work. */
  public ModelRepository models(Cancellation cancellation, Progress.Listener progress) {
    return repository(
        hub.map(
            client ->
                HubResolvers.mirrored(
                    new HubMirror(client, store, MergeSettings.ENGINE), cancellation, progress)));
  }

  private ModelRepository repository(Optional<HubModels> hubModels) {
    DefaultModelRepository.Builder builder = DefaultModelRepository.builder().ownStore(store);
    server.ifPresent(connection -> builder.buckets(connection::bucket));
    hubModels.ifPresent(builder::hub);
    return builder.build();
  }

  @PreDestroy
  void close() {
    store.close();
    server.ifPresent(S3Connection::close);
  }
}
