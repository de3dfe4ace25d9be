package dev.mergefarm.embeddedkafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What an embedded broker needs to know.
 *
 * @param directory where it keeps its data; made and formatted when it is empty or missing
 * @param port for clients, on the loopback interface
 * @param controllerPort for the broker's own controller, on the loopback interface
 * @param minimumLock shortest lock on a share group's record that a group may ask for; Kafka's own
 *     default is 15 s
 */
public record EmbeddedKafkaSettings(
    Path directory, int port, int controllerPort, Duration minimumLock) {

  private static final int LARGEST_PORT = 65_535;

  public EmbeddedKafkaSettings {
    directory = directory.toAbsolutePath();
    requirePort("port", port);
    requirePort("controllerPort", controllerPort);
    if (port == controllerPort) {
      throw new IllegalArgumentException("port and controllerPort are both " + port);
    }
    if (!minimumLock.isPositive()) {
      throw new IllegalArgumentException("minimumLock must be above 0, not " + minimumLock);
    }
  }

  /** A broker on two free ports. */
  public static EmbeddedKafkaSettings onFreePorts(Path directory, Duration minimumLock) {
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new EmbeddedKafkaSettings(
          directory, first.getLocalPort(), second.getLocalPort(), minimumLock);
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on the loopback interface", e);
    }
  }

  private static void requirePort(String name, int port) {
    if (port < 1 || port > LARGEST_PORT) {
      throw new IllegalArgumentException(name + " is " + port + ", permitted is 1 to 65535");
    }
  }
}
