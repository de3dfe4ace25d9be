package dev.mergefarm.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.integration.farm.FutureObserver;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools such as grpcurl and Kubernetes ask of any gRPC server, asked in raw bytes. */
class ServerServicesTest {

  /** {@code list_services: ""} of a reflection request: field 7, no bytes. */
  private static final byte[] LIST_SERVICES = {0x3a, 0x00};

  /** {@code status: SERVING} of a health response: field 1, value 1. */
  private static final byte[] SERVING = {0x08, 0x01};

  @TempDir static Path data;
  private static FarmProcess farm;
  private static FarmClient client;

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException failure) {
            throw new UncheckedIOException(failure);
          }
        }
      };

  @BeforeAll
  static void startFarm() {
    farm = FarmProcess.start(data, "--merge-slots", "0", "--eval-slots", "0");
    client = new FarmClient(farm);
  }

  @AfterAll
  static void stopFarm() {
    client.close();
    farm.close();
  }

  @Test
  void theHealthServiceSaysThatTheServerServes() {
    byte[] answer =
        ClientCalls.blockingUnaryCall(
            client.channel(),
            method("grpc.health.v1.Health/Check", MethodDescriptor.MethodType.UNARY),
            CallOptions.DEFAULT,
            new byte[0]);
    assertThat(answer).isEqualTo(SERVING);
  }

  @Test
  void reflectionNamesEveryService() {
    FutureObserver<byte[]> answer = new FutureObserver<>();
    StreamObserver<byte[]> questions =
        ClientCalls.asyncBidiStreamingCall(
            client
                .channel()
                .newCall(
                    method(
                        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                        MethodDescriptor.MethodType.BIDI_STREAMING),
                    CallOptions.DEFAULT),
            answer);
    questions.onNext(LIST_SERVICES);
    String names = new String(answer.join(), StandardCharsets.ISO_8859_1);
    questions.onCompleted();
    assertThat(names)
        .contains("mergefarm.v1.Jobs", "mergefarm.v1.Recipes")
        .contains("mergefarm.v1.Models", "mergefarm.v1.Tasks");
  }

  private static MethodDescriptor<byte[], byte[]> method(
      String name, MethodDescriptor.MethodType type) {
    return MethodDescriptor.newBuilder(BYTES, BYTES).setFullMethodName(name).setType(type).build();
  }
}
