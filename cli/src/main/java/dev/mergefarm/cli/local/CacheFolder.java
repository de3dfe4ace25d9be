package dev.mergefarm.cli.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where commands keep what they would have to fetch or compute again: models and data sets of the
 * hub, and digests of input files. It may be removed at any time while no command runs.
 */
final class CacheFolder {

  private CacheFolder() {}

  /**
   * {@code $MERGEFARM_CACHE}, {@code $XDG_CACHE_HOME/mergefarm}, or {@code ~/.cache/mergefarm};
   * empty when that cannot be written to.
   */
  static Optional<Path> find() {
    Path folder =
        Settings.find("mergefarm.cache")
            .map(Path::of)
            .or(() -> Settings.variable("XDG_CACHE_HOME").map(CacheFolder::ours))
            .orElseGet(() -> ours(System.getProperty("user.home") + "/.cache"));
    try {
      Files.createDirectories(folder);
      return Files.isWritable(folder) ? Optional.of(folder) : Optional.empty();
    } catch (IOException unwritable) {
      return Optional.empty();
    }
  }

  private static Path ours(String caches) {
    return Path.of(caches, "mergefarm");
  }
}
