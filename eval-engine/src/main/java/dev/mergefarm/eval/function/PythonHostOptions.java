package dev.mergefarm.eval.function;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * How the process that runs Python helpers is started.
 *
 * @param java the Java launcher
 * @param classPath where the process's own classes and GraalPy are, as a class path
 * @param cacheFolder where GraalPy keeps what it unpacks, so that only the first start pays for it
 * @param heapBytes most heap of the process, at least 128 MiB
 * @param startLimit longest start
 * @param callLimit longest single call of a helper
 * @param dataLimit longest processing of a whole data set, or filtering of all answers
 */
public record PythonHostOptions(
    Path java,
    String classPath,
    Path cacheFolder,
    long heapBytes,
    Duration startLimit,
    Duration callLimit,
    Duration dataLimit) {

  /** Names the folder of jars, or the file that holds a class path, of the helper process. */
  public static final String LOCATION_PROPERTY = "mergefarm.python.host";

  public static final long DEFAULT_HEAP_BYTES = 1L << 30;
  public static final Duration DEFAULT_START_LIMIT = Duration.ofMinutes(2);
  public static final Duration DEFAULT_CALL_LIMIT = Duration.ofSeconds(30);
  public static final Duration DEFAULT_DATA_LIMIT = Duration.ofMinutes(10);

  private static final long LEAST_HEAP_BYTES = 128L << 20;
  private static final String MAIN_CLASSES = "classes";

  public PythonHostOptions {
    Objects.requireNonNull(java, "java");
    Objects.requireNonNull(classPath, "classPath");
    Objects.requireNonNull(cacheFolder, "cacheFolder");
    if (heapBytes < LEAST_HEAP_BYTES) {
      throw new IllegalArgumentException(
          "heapBytes must be at least " + LEAST_HEAP_BYTES + ", is " + heapBytes);
    }
    requirePositive(startLimit, "startLimit");
    requirePositive(callLimit, "callLimit");
    requirePositive(dataLimit, "dataLimit");
  }

  private static void requirePositive(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + " must be above 0, is " + duration);
    }
  }

  /** Defaults for everything but the class path. */
  public static PythonHostOptions withClassPath(String classPath) {
    return new PythonHostOptions(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        classPath,
        defaultCacheFolder(),
        DEFAULT_HEAP_BYTES,
        DEFAULT_START_LIMIT,
        DEFAULT_CALL_LIMIT,
        DEFAULT_DATA_LIMIT);
  }

  /** The user's own cache where there is one: what lies there is run, so nobody else may write. */
  private static Path defaultCacheFolder() {
    Path home = Path.of(System.getProperty("user.home"));
    Path base =
        Files.isDirectory(home) && Files.isWritable(home)
            ? home.resolve(".cache")
            : Path.of(System.getProperty("java.io.tmpdir"));
    return base.resolve("mergefarm-python");
  }

  /**
   * Defaults, with the class path found by the system property {@value #LOCATION_PROPERTY}, or else
   * in the build below {@code mergefarm.root}.
   *
   * @throws MergefarmException with {@link ErrorCode#FUNCTIONS_UNAVAILABLE} where there is none
   */
  public static PythonHostOptions located() {
    String property = System.getProperty(LOCATION_PROPERTY);
    String root = System.getProperty("mergefarm.root");
    Path location =
        property != null
            ? Path.of(property)
            : root != null ? Path.of(root, "python-host", "target", "classpath") : null;
    if (location == null || !Files.exists(location)) {
      throw new MergefarmException(
          ErrorCode.FUNCTIONS_UNAVAILABLE,
          "Python helpers need the helper process, and it was not found"
              + (location == null ? "" : " at " + location)
              + ".");
    }
    return withClassPath(classPathAt(location));
  }

  private static String classPathAt(Path location) {
    if (Files.isDirectory(location)) {
      return location.resolve("*").toString();
    }
    try {
      String libraries = Files.readString(location).strip();
      return location.resolveSibling(MAIN_CLASSES) + File.pathSeparator + libraries;
    } catch (IOException e) {
      throw new MergefarmException(
          ErrorCode.FUNCTIONS_UNAVAILABLE, "The class path at " + location + " is unreadable.", e);
    }
  }

  /** The same with other limits. */
  public PythonHostOptions withLimits(long heap, Duration call, Duration data) {
    return new PythonHostOptions(java, classPath, cacheFolder, heap, startLimit, call, data);
  }
}
