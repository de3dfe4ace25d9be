package dev.mergefarm.merge.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Compiles C++ with this machine's {@code g++}, once for each content of the sources: the results
 * are kept in the module's build folder under a digest of what they were made from.
 */
public final class HostLibrary {

  private static final Path MODULE = Path.of(System.getProperty("mergefarm.root"), "merge-engine");

  /** Where the kernels are. */
  public static final Path KERNELS = MODULE.resolve("src/main/cuda");

  /** Where the platform for this machine is. */
  public static final Path PLATFORM = MODULE.resolve("src/test/cuda");

  /** The arithmetic must be rounded as the kernels on a device round: nothing is contracted. */
  private static final List<String> OPTIONS =
      List.of("-std=c++17", "-O2", "-ffp-contract=off", "-fno-strict-aliasing", "-fPIC", "-shared");

  private HostLibrary() {}

  /** The kernels for this machine; empty where there is no compiler. */
  public static Optional<Path> kernels() {
    return compile("mergefarm-kernels", PLATFORM.resolve("host_platform.cpp"));
  }

  /**
   * A shared library.
   *
   * @param source one file; what it includes lies in {@link #KERNELS} or {@link #PLATFORM}
   * @return empty where there is no compiler
   */
  public static synchronized Optional<Path> compile(String name, Path source) {
    if (!available()) {
      return Optional.empty();
    }
    try {
      Path folder = Files.createDirectories(MODULE.resolve("target/native"));
      Path library = folder.resolve("lib" + name + "-" + digest() + ".so");
      if (!Files.exists(library)) {
        Path unfinished = Files.createTempFile(folder, name, ".so");
        run(source, unfinished);
        Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
      }
      return Optional.of(library);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Whether a compiler is there. */
  public static boolean available() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "g++")));
  }

  private static String digest() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(OPTIONS.toString().getBytes());
      for (Path folder : List.of(KERNELS, PLATFORM)) {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            digest.update(file.getFileName().toString().getBytes());
            digest.update(Files.readAllBytes(file));
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static void run(Path source, Path library) throws IOException {
    List<String> command = new ArrayList<>(List.of("g++"));
    command.addAll(OPTIONS);
    command.addAll(List.of("-I", KERNELS.toString(), "-I", PLATFORM.toString()));
    command.addAll(List.of("-o", library.toString(), source.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IOException("g++ failed: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
