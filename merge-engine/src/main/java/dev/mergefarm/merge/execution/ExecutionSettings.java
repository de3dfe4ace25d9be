package dev.mergefarm.merge.execution;

/**
 * How much of the machine an engine takes. Memory is bounded by {@link #memoryBound}, apart from
 * what single methods state for themselves.
 *
 * @param workers threads that read, compute and write; 1 or more. Above the number of processors
 *     where sources or sinks make them wait
 * @param pieceBytes what one worker holds of a tensor's inputs and output at a time; 64 KiB or
 *     more. A megabyte or two stay in a second-level cache; a source with slow answers wants more
 * @param residentBytes inputs that are kept in memory between the stages of a tensor instead of
 *     being read again; 0 or more
 */
public record ExecutionSettings(int workers, int pieceBytes, long residentBytes) {

  private static final int MEBIBYTE = 1 << 20;

  public ExecutionSettings {
    requireAtLeast("workers", workers, 1);
    requireAtLeast("pieceBytes", pieceBytes, 1 << 16);
    requireAtLeast("residentBytes", residentBytes, 0);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", found " + value);
    }
  }

  /** For files of this machine: twice the threads, so that one can write while another computes. */
  public static ExecutionSettings forLocalFiles(int threads) {
    return new ExecutionSettings(2 * threads, 2 * MEBIBYTE, 256L * MEBIBYTE);
  }

  /** For a store across a network: enough requests in flight to hide its delays. */
  public static ExecutionSettings forRemoteStore(int threads) {
    int workers = Math.max(8, 2 * threads);
    int pieceBytes = Math.max(MEBIBYTE, 192 * MEBIBYTE / workers);
    return new ExecutionSettings(workers, Math.min(pieceBytes, 16 * MEBIBYTE), 192L * MEBIBYTE);
  }

  /** Pieces of output that are begun and not yet written, so that workers need not wait. */
  public int mostWaiting() {
    return 2 * workers;
  }

  /** The bound on the engine's buffers, in bytes: inputs of each worker, outputs, kept inputs. */
  public long memoryBound() {
    return (long) (workers + mostWaiting()) * pieceBytes + residentBytes;
  }
}
