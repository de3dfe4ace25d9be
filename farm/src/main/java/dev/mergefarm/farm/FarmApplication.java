package dev.mergefarm.farm;

import dev.mergefarm.gateway.jobs.JobBackend;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The services of a farm, up and running. */
public class FarmApplication implements QuarkusApplication {

  private final JobBackend jobs;
  private final String host;
  private final int port;
  private final String data;

  @Inject
  public FarmApplication(
      JobBackend jobs,
      @ConfigProperty(name = "quarkus.http.host") String host,
      @ConfigProperty(name = "quarkus.http.port") int port,
      @ConfigProperty(name = "mergefarm.farm.data-folder") String data) {
    this.jobs = jobs;
    this.host = host;
    this.port = port;
    this.data = data;
  }

  @Override
  public int run(String... arguments) {
    jobs.table();
    System.out.printf(
        "Mergefarm is ready: gRPC and REST on http://%s:%d, data in %s. Stop it with Ctrl-C or"
            + " SIGTERM.%n",
        host, port, data);
    Quarkus.waitForExit();
    return 0;
  }
}
