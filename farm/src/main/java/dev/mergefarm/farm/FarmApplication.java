package dev.mergefarm.farm;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The services of a farm, up and running. */
public class FarmApplication implements QuarkusApplication {

  private final String host;
  private final String data;

  @Inject
  public FarmApplication(
      @ConfigProperty(name = "quarkus.http.host") String host,
      @ConfigProperty(name = "mergefarm.farm.data-folder") String data) {
    this.host = host;
    this.data = data;
  }

  @Override
  public int run(String... arguments) {
    // Quarkus puts the port it got into this property when it was told to take any.
    String port = System.getProperty("quarkus.http.port");
    System.out.printf(
        "Mergefarm is ready: gRPC and REST on http://%s:%s, data in %s. Stop it with Ctrl-C or"
            + " SIGTERM.%n",
        host, port, data);
    Quarkus.waitForExit();
    return 0;
  }
}
