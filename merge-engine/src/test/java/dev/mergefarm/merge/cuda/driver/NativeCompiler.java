package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.merge.cuda.HostLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Compiles C++ sources into a shared library for tests, once for each state of the sources. Tests
 * that need it are skipped, with a message, where there is no compiler.
 */
public final class NativeCompiler {

  private static final String COMPILER = "g++";

  private NativeCompiler() {}

  /** The project's folder. */
  public static Path root() {
    return Path.of(System.getProperty("mergefarm.root"));
  }

  /**
   * A library of the sources in a folder.
   *
   * @param name of the library's file
   */
  public static Path library(Path folder, String name) throws IOException {
    Assumptions.assumeTrue(
        HostLibrary.available(), "skipped: no C++ compiler (g++) on this machine to build " + name);
    List<Path> sources = sources(folder);
    Path target =
        root().resolve("merge-engine/target/native").resolve(digest(sources)).resolve(name);
    if (!Files.exists(target)) {
      compile(sources.stream().filter(file -> file.toString().endsWith(".cpp")).toList(), target);
    }
    return target;
  }

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static String digest(List<Path> sources) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path source : sources) {
        try (InputStream content = Files.newInputStream(source)) {
          digest.update(content.readAllBytes());
        }
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void compile(List<Path> sources, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    Path unfinished =
        target.resolveSibling(target.getFileName() + "." + ProcessHandle.current().pid());
    List<String> command =
        new ArrayList<>(
            List.of(COMPILER, "-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC"));
    command.addAll(List.of("-shared", "-o", unfinished.toString()));
    sources.forEach(source -> command.add(source.toString()));
    command.addAll(List.of("-Wl,-soname," + target.getFileName(), "-ldl", "-lpthread"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the sources of " + target + " do not compile:\n" + output);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    Files.move(unfinished, target);
  }
}
