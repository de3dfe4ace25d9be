package dev.mergefarm.cli.local;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A whole farm as a child of this process. */
public final class FarmProcess implements AutoCloseable {

  private final Process process;

  private FarmProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts a farm; it may take some seconds to answer.
   *
   * @param arguments of the farm's own command line
   * @param log where its output goes; this process's own output when null
   */
  public static FarmProcess start(List<String> arguments, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    command.add("-jar");
    command.add(farmJar().toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    if (log == null) {
      builder.inheritIO();
    } else {
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
    }
    FarmProcess farm = new FarmProcess(builder.start());
    Runtime.getRuntime().addShutdownHook(new Thread(farm::close, "stop-farm"));
    return farm;
  }

  private static List<String> flags() {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "@" + root().resolve("merge-engine/kernels.jvm"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dmergefarm.root=" + root()));
    String extra = System.getenv("MERGEFARM_JAVA_OPTIONS");
    if (extra != null && !extra.isBlank()) {
      flags.addAll(List.of(extra.strip().split("\\s+")));
    }
    return flags;
  }

  private static Path root() {
    return Path.of(System.getProperty("mergefarm.root", "."));
  }

  private static Path farmJar() {
    Path jar = root().resolve("farm/target/quarkus-app/quarkus-run.jar");
    if (!Files.isRegularFile(jar)) {
      throw new MergefarmException(
          ErrorCode.OBJECT_NOT_FOUND,
          "the farm is not built (%s is missing); run ./mergefarm build".formatted(jar));
    }
    return jar;
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Waits for the farm to end by itself and answers with its exit code. */
  public int await() throws InterruptedException {
    return process.waitFor();
  }

  /** Asks the farm to stop, and makes it after 20 seconds. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
