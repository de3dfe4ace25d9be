package dev.mergefarm.eval.torch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Decides where the native libraries inside our jars are unpacked to. They are unpacked once and
 * found again by later processes; the folder may be read-only if it was filled before. Nothing is
 * ever fetched from a network.
 */
public final class NativeLibraries {

  /** System property with the folder to unpack native libraries to. */
  public static final String DIRECTORY_PROPERTY = "mergefarm.native.directory";

  private static final String JAVACPP_PROPERTY = "org.bytedeco.javacpp.cachedir";
  private static final String TOKENIZERS_PROPERTY = "ENGINE_CACHE_DIR";

  /** Held so that the setting is not lost: the logging system keeps loggers by weak references. */
  private static final Logger DEVICE_SEARCH = Logger.getLogger("ai.djl.util.cuda.CudaUtils");

  private NativeLibraries() {}

  /**
   * Points the loaders of libtorch and of the tokenizer library to the folder: the one named by
   * {@value #DIRECTORY_PROPERTY}, else {@code .cache/mergefarm} in the user's home, else a folder
   * of this user among the temporary files. Call before the first use of either library; later
   * calls change nothing.
   *
   * @throws MergefarmException with {@code INTERNAL} when no folder can be written to
   */
  public static synchronized void prepare() {
    System.setProperty("ai.djl.offline", "true");
    setIfAbsent("RUST_FLAVOR", "cpu");
    // The tokenizer library looks for a GPU that it does not use, and warns when there is none.
    DEVICE_SEARCH.setLevel(Level.SEVERE);
    if (System.getProperty(JAVACPP_PROPERTY) != null
        && System.getProperty(TOKENIZERS_PROPERTY) != null) {
      return;
    }
    Path directory = directory();
    setIfAbsent(JAVACPP_PROPERTY, directory.resolve("javacpp").toString());
    setIfAbsent(TOKENIZERS_PROPERTY, directory.toString());
  }

  private static Path directory() {
    List<String> tried = new ArrayList<>();
    for (Path candidate : candidates()) {
      Optional<Path> usable = usable(candidate);
      if (usable.isPresent()) {
        return usable.get();
      }
      tried.add(candidate.toString());
    }
    throw new MergefarmException(
        ErrorCode.INTERNAL,
        "Native libraries cannot be unpacked: none of "
            + tried
            + " can be written to. Name a folder with -D"
            + DIRECTORY_PROPERTY
            + ".");
  }

  private static List<Path> candidates() {
    String configured = System.getProperty(DIRECTORY_PROPERTY);
    if (configured != null) {
      return List.of(Path.of(configured));
    }
    String user = System.getProperty("user.name", "nobody").replaceAll("[^A-Za-z0-9_-]", "_");
    return List.of(
        Path.of(System.getProperty("user.home", "/nonexistent"), ".cache", "mergefarm"),
        Path.of(System.getProperty("java.io.tmpdir"), "mergefarm-" + user));
  }

  private static Optional<Path> usable(Path directory) {
    try {
      Path absolute = directory.toAbsolutePath();
      Files.createDirectories(absolute);
      boolean ours =
          Files.getOwner(absolute).getName().equals(System.getProperty("user.name"))
              || System.getProperty(DIRECTORY_PROPERTY) != null;
      boolean filled = Files.isDirectory(absolute.resolve("javacpp"));
      return ours && (filled || Files.isWritable(absolute))
          ? Optional.of(absolute)
          : Optional.empty();
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }

  private static void setIfAbsent(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
