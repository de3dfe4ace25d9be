package dev.mergefarm.merge;

import dev.mergefarm.storage.manifest.DigestCache;
import java.util.Objects;
import java.util.Optional;

/**
 * What a program that merges decides once.
 *
 * @param threads most threads that compute at the same time, 1 or more
 * @param engine program and version, as manifests and model cards name it
 * @param digestCache keeps digests of input files between merges; without one, every merge reads
 *     its inputs a second time for their digests
 */
public record MergeSettings(int threads, String engine, Optional<DigestCache> digestCache) {

  /** This version. */
  public static final String ENGINE = "mergefarm 0.1.0";

  public MergeSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be 1 or more, found " + threads);
    }
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(digestCache, "digestCache");
  }

  /** This many threads, without a cache of digests. */
  public MergeSettings(int threads) {
    this(threads, ENGINE, Optional.empty());
  }

  /** One thread for each processor of the machine. */
  public static MergeSettings defaults() {
    return new MergeSettings(Runtime.getRuntime().availableProcessors());
  }
}
