package dev.mergefarm.integration.farm;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The built farm, or the gateway alone, started as a user starts it. */
public final class FarmProcess implements AutoCloseable {

  private static final Path ROOT = Path.of(System.getProperty("mergefarm.root"));
  private static final Pattern READY = Pattern.compile("on:? http://([^ :]+):(\\d+)");
  private static final long PATIENCE_SECONDS = 120;
  private static final List<String> FLAGS =
      List.of(
          "--add-modules=jdk.incubator.vector",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+ExitOnOutOfMemoryError",
          "-Xmx512m");

  private final Process process;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final CompletableFuture<URI> ready = new CompletableFuture<>();
  private final Thread reader;

  private FarmProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /** Starts a farm and waits until it says that it is ready. */
  public static FarmProcess start(Path data, String... options) {
    FarmProcess farm = launch(data, options);
    farm.address();
    return farm;
  }

  /** The same with configuration as {@code key=value}. */
  public static FarmProcess startWith(List<String> configuration, Path data, String... options) {
    FarmProcess farm = run("farm", properties(configuration), arguments(data, options));
    farm.address();
    return farm;
  }

  /** Starts a farm without waiting for anything. */
  public static FarmProcess launch(Path data, String... options) {
    return run("farm", List.of(), arguments(data, options));
  }

  private static List<String> arguments(Path data, String... options) {
    List<String> arguments = new ArrayList<>(List.of("--data", data.toString(), "--port", "0"));
    arguments.addAll(List.of(options));
    return arguments;
  }

  private static List<String> properties(List<String> configuration) {
    return configuration.stream().map(entry -> "-D" + entry).toList();
  }

  /** Starts a gateway alone, with configuration as {@code key=value}. */
  public static FarmProcess launchGateway(String... configuration) {
    return run("gateway", properties(List.of(configuration)), List.of());
  }

  /**
   * Starts a worker alone, such as {@code merge-worker}, with configuration as {@code key=value}.
   */
  public static FarmProcess launchWorker(String module, String... configuration) {
    return run(module, properties(List.of(configuration)), List.of());
  }

  private static FarmProcess run(String module, List<String> properties, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(properties);
    command.add("-jar");
    command.add(ROOT.resolve(module + "/target/quarkus-app/quarkus-run.jar").toString());
    command.addAll(arguments);
    try {
      return new FarmProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        Matcher address = READY.matcher(line);
        if (address.find()) {
          ready.complete(URI.create("http://" + address.group(1) + ":" + address.group(2)));
        }
      }
      ready.completeExceptionally(new IllegalStateException("ended:\n" + text()));
    } catch (IOException failure) {
      ready.completeExceptionally(failure);
    }
  }

  /** Where gRPC and REST are, once it is ready. */
  public URI address() {
    try {
      return ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception failure) {
      process.destroyForcibly();
      throw new IllegalStateException("the farm did not start:\n" + text(), failure);
    }
  }

  /** A new channel to the farm; the caller shuts it down. */
  public ManagedChannel channel() {
    return NettyChannelBuilder.forAddress(address().getHost(), address().getPort())
        .usePlaintext()
        .build();
  }

  /** Everything it has printed so far. */
  public String text() {
    return String.join("\n", output);
  }

  /** Waits for its end. */
  public int exitCode() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the farm does not end:\n" + text());
      }
      reader.join();
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Ends it at once, as kill -9 or a loss of power does. */
  public void kill() {
    process.destroyForcibly();
    exitCode();
  }

  /** Asks it to stop, as a service manager does, and waits. */
  public int terminate() {
    process.destroy();
    return exitCode();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
