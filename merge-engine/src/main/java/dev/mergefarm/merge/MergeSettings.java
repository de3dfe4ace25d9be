package dev.mergefarm.merge;

/**
 * What a program that merges decides once.
 *
 * @param threads most threads that compute at the same time, 1 or more
 */
public record MergeSettings(int threads) {

  public MergeSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be 1 or more, found " + threads);
    }
  }

  /** One thread for each processor of the machine. */
  public static MergeSettings defaults() {
    return new MergeSettings(Runtime.getRuntime().availableProcessors());
  }
}
