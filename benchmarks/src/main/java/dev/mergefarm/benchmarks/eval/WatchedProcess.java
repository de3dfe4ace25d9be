package dev.mergefarm.benchmarks.eval;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program that was run to its end, with what it printed and when.
 *
 * @param output lines, where a carriage return ends one too, as progress bars print them
 * @param peakAnonymousBytes most resident memory that was not page cache, sampled every 10 ms
 */
record WatchedProcess(List<Printed> output, long peakAnonymousBytes) {

  private static final int SHOWN = 15;

  /**
   * @param after since the program's start
   */
  record Printed(String line, Duration after) {}

  WatchedProcess {
    output = List.copyOf(output);
  }

  /**
   * @param environment variables set beside this process's
   * @throws IOException if it fails, with the end of what it printed
   */
  static WatchedProcess run(List<String> command, Path folder, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    long started = System.nanoTime();
    Process process = builder.start();
    List<Printed> output = new ArrayList<>();
    Thread reader = Thread.ofPlatform().start(() -> read(process, started, output));
    long peak = 0;
    while (process.isAlive()) {
      peak = Math.max(peak, anonymousBytes(process.pid()));
      Thread.sleep(10);
    }
    reader.join();
    if (process.waitFor() != 0) {
      String end =
          String.join(
              "\n",
              output.subList(Math.max(0, output.size() - SHOWN), output.size()).stream()
                  .map(Printed::line)
                  .toList());
      throw new IOException("%s ended with %d:%n%s".formatted(command, process.exitValue(), end));
    }
    return new WatchedProcess(output, peak);
  }

  private static void read(Process process, long started, List<Printed> output) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      StringBuilder line = new StringBuilder();
      for (int next = reader.read(); next >= 0; next = reader.read()) {
        if (next == '\n' || next == '\r') {
          output.add(new Printed(line.toString(), Duration.ofNanos(System.nanoTime() - started)));
          line.setLength(0);
        } else {
          line.append((char) next);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long anonymousBytes(long process) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process), "status"))) {
        if (line.startsWith("RssAnon:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException gone) {
      // The process ended between two looks.
    }
    return 0;
  }
}
