package dev.mergefarm.common;

/**
 * How far a piece of work has come. What an item is (a tensor, a request) is the stage's to say.
 *
 * @param stage what is being done now, such as {@code merge} or {@code score}
 * @param itemsDone items finished
 * @param itemsTotal items in all, known before the work starts
 * @param bytesDone bytes of output (merge) or of weights read (load) finished
 * @param bytesTotal bytes in all; 0 where bytes mean nothing
 */
public record Progress(
    String stage, long itemsDone, long itemsTotal, long bytesDone, long bytesTotal) {

  /** Receives progress. Called from worker threads, one call at a time; must return quickly. */
  @FunctionalInterface
  public interface Listener {

    /** Drops everything. */
    Listener NONE = progress -> {};

    void onProgress(Progress progress);
  }
}
