package dev.mergefarm.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine that figures were measured on, in a line to print above them. */
public final class Machine {

  private Machine() {}

  /** Processor, its count, memory, Java. */
  public static String describe() {
    return "machine: %d x %s, %s, Java %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            fact("/proc/cpuinfo", "model name"),
            memory(),
            Runtime.version());
  }

  private static String memory() {
    String kilobytes = fact("/proc/meminfo", "MemTotal").replaceAll("\\D", "");
    return kilobytes.isEmpty() ? "?" : Long.parseLong(kilobytes) / 1_048_576 + " GiB memory";
  }

  private static String fact(String file, String name) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("?");
    } catch (IOException notLinux) {
      return System.getProperty("os.arch");
    }
  }
}
