package dev.mergefarm.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {

  private static Metadata headers(String timeout) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), timeout);
    return headers;
  }

  @ParameterizedTest
  @CsvSource({"2H, 7200", "90M, 5400", "3600S, 3600", "99999999m, 99999"})
  void aTimeoutBecomesADeadlineFromNow(String header, long seconds) {
    assertThat(GrpcTimeout.deadline(headers(header)).orElseThrow().timeRemaining(TimeUnit.SECONDS))
        .isBetween(seconds - 60, seconds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "S", "5", "123456789S", "-5S", "5s", "5 S"})
  void aMalformedTimeoutIsNone(String header) {
    assertThat(GrpcTimeout.deadline(headers(header))).isEmpty();
  }

  @Test
  void withoutTheHeaderThereIsNoDeadline() {
    assertThat(GrpcTimeout.deadline(new Metadata())).isEmpty();
  }
}
