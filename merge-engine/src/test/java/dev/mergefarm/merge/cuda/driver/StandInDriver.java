package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.merge.cuda.HostLibrary;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs programs in a JVM of their own that finds the stand-in driver where NVIDIA's would be, and
 * reads the driver's report on them.
 */
public final class StandInDriver {

  private final Path folder;
  private final Path kernels;
  private final Map<String, String> environment = new HashMap<>();

  private StandInDriver(Path folder, Path kernels) {
    this.folder = folder;
    this.kernels = kernels;
  }

  /** With the merge kernels compiled for this machine; the test is skipped without a compiler. */
  public static StandInDriver withMergeKernels() throws IOException {
    Optional<Path> library = HostLibrary.kernels();
    Assumptions.assumeTrue(
        library.isPresent(), "no C++ compiler (g++): JCuda's path is not tested here");
    return with(library.get());
  }

  /**
   * @param kernels a library of kernels compiled for this machine
   */
  public static StandInDriver with(Path kernels) throws IOException {
    Assumptions.assumeTrue(
        HostLibrary.available(), "no C++ compiler (g++): the driver's stand-in is not built here");
    Path sources = NativeCompiler.root().resolve("merge-engine/src/test/cuda/driver");
    return new StandInDriver(NativeCompiler.library(sources, "libcuda.so.1").getParent(), kernels);
  }

  /** An image of kernels that the driver takes; it runs those of its library. */
  public static byte[] image() {
    return new byte[] {0x50, (byte) 0xED, 0x55, (byte) 0xBA};
  }

  /** How many devices there are. */
  public StandInDriver devices(int count) {
    return set("STANDIN_DEVICES", count);
  }

  /** Memory of each device in bytes. */
  public StandInDriver memory(long bytes) {
    return set("STANDIN_MEMORY", bytes);
  }

  /** What the driver says that each device has, where it has less. */
  public StandInDriver claimedMemory(long bytes) {
    return set("STANDIN_CLAIMED_MEMORY", bytes);
  }

  /** Which allocation on a device fails for want of memory, counted from 1. */
  public StandInDriver failingAllocation(long number) {
    return set("STANDIN_FAILING_ALLOCATION", number);
  }

  /** Lets work run as soon as it can instead of as late as it can. */
  public StandInDriver eager() {
    return set("STANDIN_EAGER", 1);
  }

  private StandInDriver set(String name, long value) {
    environment.put(name, Long.toString(value));
    return this;
  }

  /**
   * What came of a program.
   *
   * @param exitCode the JVM's
   * @param output both of its streams, without the JVM's warning of incubating modules
   * @param report the driver's; empty when the driver was never initialised
   */
  public record Outcome(int exitCode, String output, Properties report) {

    /** A number of the report; 0 where it has none. */
    public long number(String entry) {
      return Long.parseLong(report.getProperty(entry, "0"));
    }

    /** What the program did wrong. */
    public List<String> violations() {
      return report.stringPropertyNames().stream()
          .filter(name -> name.startsWith("violation."))
          .sorted()
          .map(report::getProperty)
          .toList();
    }

    /** Names of whatever was not given back. */
    public List<String> leaks() {
      return report.stringPropertyNames().stream()
          .filter(name -> name.startsWith("leak.") && number(name) != 0)
          .sorted()
          .toList();
    }
  }

  /** Runs the main method of a class of the test class path. */
  public Outcome run(Class<?> program, String... arguments) throws IOException {
    Path report = Files.createTempFile("stand-in-driver", ".properties");
    try {
      ProcessBuilder builder = new ProcessBuilder(command(program, arguments));
      builder.environment().putAll(environment);
      builder.environment().put("LD_LIBRARY_PATH", folder.toString());
      builder.environment().put("STANDIN_KERNELS", kernels.toString());
      builder.environment().put("STANDIN_REPORT", report.toString());
      Process process = builder.redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes()).replaceFirst("WARNING: .*\n", "");
      int exitCode = process.waitFor();
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(report)) {
        properties.load(reader);
      }
      return new Outcome(exitCode, output, properties);
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      Files.delete(report);
    }
  }

  private static List<String> command(Class<?> program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(
        List.of(
            "-Dslf4j.internal.verbosity=ERROR",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m"));
    command.add(
        "-XX:ErrorFile=" + NativeCompiler.root().resolve("merge-engine/target/hs_err_%p.log"));
    command.add("-Dmergefarm.root=" + NativeCompiler.root());
    String classPath = System.getProperty("surefire.test.class.path");
    command.addAll(
        List.of("-cp", classPath != null ? classPath : System.getProperty("java.class.path")));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
