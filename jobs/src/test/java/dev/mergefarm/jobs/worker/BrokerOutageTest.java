package dev.mergefarm.jobs.worker;

import static dev.mergefarm.jobs.TestJobs.mergeRequest;
import static dev.mergefarm.jobs.TestJobs.mergeResult;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.embeddedkafka.EmbeddedKafka;
import dev.mergefarm.embeddedkafka.EmbeddedKafkaSettings;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class BrokerOutageTest {

  @Test
  void workerAndTableGoOnWhenTheBrokerComesBack(@TempDir Path directory) throws Exception {
    EmbeddedKafkaSettings settings =
        EmbeddedKafkaSettings.onFreePorts(directory, Duration.ofSeconds(1));
    EmbeddedKafka first = EmbeddedKafka.start(settings);
    try (FarmFixture farm = FarmFixture.openOn(first.bootstrapServers());
        WorkerLoop _ = farm.worker("w", (request, context) -> mergeResult("m"))) {
      JobView before = farm.submit("before", mergeRequest("a"));
      farm.await(before.id(), JobState.SUCCEEDED);
      first.close();
      assertThatThrownBy(() -> farm.submit("during", mergeRequest("a")))
          .isInstanceOfSatisfying(
              MergefarmException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BROKER_UNAVAILABLE));
      try (EmbeddedKafka second = EmbeddedKafka.start(settings)) {
        assertThat(second.bootstrapServers()).isEqualTo(first.bootstrapServers());
        JobView after = farm.submit("after", mergeRequest("a"));
        farm.await(after.id(), JobState.SUCCEEDED);
      }
    }
  }
}
