package dev.mergefarm.eval.function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The process that runs helpers, and the messages to and from it: four bytes of length, then JSON.
 * Used by one thread at a time. A process that does not answer in time is killed.
 */
final class HelperProcess implements AutoCloseable {

  private static final int LONGEST_MESSAGE = 1 << 28;
  private static final int LONGEST_LOG = 4096;

  /** How long past a limit the process may take to notice it itself, and say where it was. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  private final Process process;
  private final DataInputStream input;
  private final DataOutputStream output;
  private final StringBuilder log = new StringBuilder();

  private HelperProcess(Process process) {
    this.process = process;
    this.input = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
    this.output =
        new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 16));
    Thread.ofVirtual().name("helper-log").start(this::keepLog);
  }

  /**
   * Starts the process and waits until it is ready.
   *
   * @param seed of Python's global random generator
   */
  static HelperProcess start(PythonHostOptions options, long seed) {
    return start(options, "dev.mergefarm.python.PythonHost", String.valueOf(seed));
  }

  /** Starts the process that runs generated programs. */
  static HelperProcess startForPrograms(PythonHostOptions options) {
    return start(options, "dev.mergefarm.python.ProgramHost", "");
  }

  private static HelperProcess start(PythonHostOptions options, String mainClass, String argument) {
    List<String> command =
        List.of(
            options.java().toString(),
            "-Xmx" + options.heapBytes(),
            "-Xss16m",
            "-XX:+UseSerialGC",
            // Helpers are short-lived work: compiling them well costs more than it brings.
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dpolyglot.engine.userResourceCache=" + options.cacheFolder(),
            "-cp",
            options.classPath(),
            mainClass,
            argument);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    try {
      Files.createDirectories(options.cacheFolder());
      builder.directory(options.cacheFolder().toFile());
      HelperProcess started = new HelperProcess(builder.start());
      started.awaitReady(options.startLimit());
      return started;
    } catch (IOException e) {
      throw new MergefarmException(
          ErrorCode.FUNCTIONS_UNAVAILABLE,
          "The process for Python helpers could not be started: " + e.getMessage(),
          e);
    }
  }

  private void awaitReady(Duration limit) {
    Optional<Map<?, ?>> first = receive(limit);
    if (first.isEmpty() || !first.get().containsKey("ready")) {
      close();
      throw new MergefarmException(
          ErrorCode.FUNCTIONS_UNAVAILABLE,
          "The process for Python helpers did not start: " + logTail());
    }
  }

  private void keepLog() {
    try (InputStream errors = process.getErrorStream()) {
      byte[] buffer = new byte[1024];
      for (int count = errors.read(buffer); count >= 0; count = errors.read(buffer)) {
        synchronized (log) {
          log.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
          log.delete(0, Math.max(0, log.length() - LONGEST_LOG));
        }
      }
    } catch (IOException e) {
      synchronized (log) {
        log.append("(the log could not be read: ").append(e.getMessage()).append(')');
      }
    }
  }

  /** The end of what the process printed to its standard error. */
  String logTail() {
    synchronized (log) {
      return log.toString().strip();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void send(Map<String, ?> message) {
    try {
      byte[] bytes = JSON.writeValueAsBytes(message);
      if (bytes.length > LONGEST_MESSAGE) {
        throw new MergefarmException(
            ErrorCode.FUNCTION_LIMIT,
            "The arguments of a helper take "
                + bytes.length
                + " bytes; the limit is "
                + LONGEST_MESSAGE
                + ".");
      }
      output.writeInt(bytes.length);
      output.write(bytes);
      output.flush();
    } catch (JsonProcessingException e) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, "A value cannot be given to a helper: " + e.getMessage(), e);
    } catch (IOException e) {
      // The process has ended; what it said before is still to be read, and receive() tells.
      process.destroyForcibly();
    }
  }

  /**
   * The next message.
   *
   * @param limit how long it may take; the process is killed a while after
   * @return empty if the process ended or was killed
   */
  Optional<Map<?, ?>> receive(Duration limit) {
    AtomicBoolean received = new AtomicBoolean();
    Thread killer =
        Thread.ofVirtual()
            .name("helper-limit")
            .start(
                () -> {
                  try {
                    Thread.sleep(limit.plus(GRACE));
                    if (!received.get()) {
                      process.destroyForcibly();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    try {
      int length = input.readInt();
      if (length < 0 || length > LONGEST_MESSAGE) {
        throw new IOException("a message of " + length + " bytes is not allowed");
      }
      byte[] bytes = input.readNBytes(length);
      received.set(true);
      return Optional.of(JSON.readValue(bytes, Map.class));
    } catch (EOFException e) {
      return Optional.empty();
    } catch (IOException e) {
      process.destroyForcibly();
      return Optional.empty();
    } finally {
      killer.interrupt();
    }
  }

  @Override
  public void close() {
    try {
      output.close();
    } catch (IOException e) {
      // Nothing is left to say to a process that has ended already.
      process.destroyForcibly();
    }
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
