package dev.mergefarm.service.hub;

import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.hub.HubSettings;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** The hub of the farm, reached when it is first needed and left when the service ends. */
@ApplicationScoped
public class FarmHub {

  private final Optional<HubClient> client;

  @Inject
  public FarmHub(HubConfiguration configuration) {
    this.client =
        configuration.offline()
            ? Optional.empty()
            : Optional.of(
                new HubClient(HubSettings.of(configuration.endpoint(), configuration.token())));
  }

  /** Empty where no hub is to be asked. */
  public Optional<HubClient> client() {
    return client;
  }

  @PreDestroy
  void close() {
    client.ifPresent(HubClient::close);
  }
}
