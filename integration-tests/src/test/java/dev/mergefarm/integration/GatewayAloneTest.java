package dev.mergefarm.integration;

import static dev.mergefarm.integration.farm.FarmClient.merge;
import static dev.mergefarm.integration.farm.FarmClient.reason;
import static dev.mergefarm.integration.farm.FarmClient.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.proto.v1.GetJobRequest;
import dev.mergefarm.proto.v1.ListMethodsRequest;
import dev.mergefarm.proto.v1.ValidateRecipeRequest;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway whose broker is not there: nothing hangs, and what needs no broker works. */
class GatewayAloneTest {

  private static final String RECIPE =
      """
      merge_method: linear
      dtype: float32
      models:
        - {model: models/base, parameters: {weight: 1}}
      """;

  @TempDir Path data;

  private FarmProcess start(String restoreTimeout) {
    return FarmProcess.launchGateway(
        "kafka.bootstrap.servers=localhost:1",
        "mergefarm.store.directory=" + data,
        "mergefarm.gateway.restore-timeout=" + restoreTimeout,
        "quarkus.http.host=127.0.0.1",
        "quarkus.http.port=0");
  }

  @Test
  void withoutABrokerSubmissionsAreUnavailableInTimeAndTheRestGoesOn() {
    try (FarmProcess gateway = start("PT1S");
        FarmClient client = new FarmClient(gateway)) {
      client.put("models/base", FarmClient.FACTS.resolve("base"));
      StatusRuntimeException failure =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  client
                      .jobs()
                      .withDeadlineAfter(30, TimeUnit.SECONDS)
                      .submitMerge(merge("waiting", RECIPE)));
      Status status = status(failure);
      assertThat(status.getCode()).as(failure.toString()).isEqualTo(Code.UNAVAILABLE_VALUE);
      assertThat(reason(status)).isEqualTo("BROKER_UNAVAILABLE");

      assertThat(client.recipes().listMethods(ListMethodsRequest.getDefaultInstance())).isNotNull();
      assertThat(
              client
                  .recipes()
                  .validateRecipe(ValidateRecipeRequest.newBuilder().setRecipe(RECIPE).build())
                  .getPlan()
                  .getTensors())
          .isEqualTo(38);
      assertThat(client.get("/q/health/live").statusCode()).isEqualTo(200);
      assertThat(client.get("/q/health/ready").statusCode()).isEqualTo(503);
      assertThat(client.get("/v1/jobs").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void theServerItselfKeepsToTheClientsDeadline() {
    // Only the header, so that the client's own clock does not end the call.
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "500m");
    try (FarmProcess gateway = start("PT1H");
        FarmClient client = new FarmClient(gateway)) {
      StatusRuntimeException failure =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  client
                      .jobs()
                      .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                      .getJob(GetJobRequest.newBuilder().setId("any").build()));
      assertThat(reason(status(failure))).isEqualTo("BROKER_UNAVAILABLE");
    }
  }
}
