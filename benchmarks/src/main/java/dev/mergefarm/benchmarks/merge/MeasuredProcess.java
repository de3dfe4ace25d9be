package dev.mergefarm.benchmarks.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A program that was run to its end and watched.
 *
 * @param time from start to exit
 * @param peakAnonymousBytes most resident memory that was not page cache, sampled every 10 ms
 * @param peakResidentBytes most resident memory at all, as the kernel kept it
 */
record MeasuredProcess(Duration time, long peakAnonymousBytes, long peakResidentBytes) {

  /**
   * @param log where the program's output goes
   * @throws IOException if it fails, with the log's end
   */
  static MeasuredProcess run(List<String> command, Path folder, Path log)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long anonymous = 0;
    long resident = 0;
    while (process.isAlive()) {
      Path status = Path.of("/proc", Long.toString(process.pid()), "status");
      try {
        for (String line : Files.readAllLines(status)) {
          if (line.startsWith("RssAnon:")) {
            anonymous = Math.max(anonymous, kilobytes(line));
          } else if (line.startsWith("VmHWM:")) {
            resident = Math.max(resident, kilobytes(line));
          }
        }
      } catch (IOException gone) {
        break;
      }
      Thread.sleep(10);
    }
    int code = process.waitFor();
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    if (code != 0) {
      List<String> lines = Files.readAllLines(log);
      String end = String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
      throw new IOException("%s ended with %d:%n%s".formatted(command, code, end));
    }
    return new MeasuredProcess(time, anonymous * 1024, resident * 1024);
  }

  private static long kilobytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", ""));
  }
}
