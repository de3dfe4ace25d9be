package dev.mergefarm.gateway.request;

/** What one request may hold. The numbers are part of the public API; its comments state them. */
public final class Limits {

  /** Bytes of a recipe in UTF-8. */
  public static final int RECIPE_BYTES = 1 << 20;

  /** Bytes of an evaluation's task files together, names included, in UTF-8. */
  public static final int TASK_FILE_BYTES = 1 << 20;

  /** Names in each list of an evaluation. */
  public static final int NAMES = 1_000;

  /** Characters of a request id. */
  public static final int REQUEST_ID_CHARACTERS = 128;

  /** Labels of a job. */
  public static final int LABELS = 32;

  /** Characters of a label's key, and of its value. */
  public static final int LABEL_CHARACTERS = 63;

  /** Characters of the reason of a cancellation. */
  public static final int REASON_CHARACTERS = 1_024;

  /** Characters of a reference of a model or task bundle. */
  public static final int REFERENCE_CHARACTERS = 512;

  /** Characters of a filter. */
  public static final int FILTER_CHARACTERS = 4_096;

  /** Entries of a page. */
  public static final int PAGE_SIZE = 1_000;

  /** Files of a model or task bundle. */
  public static final int FILES = 10_000;

  /** Bytes of a task bundle. */
  public static final long BUNDLE_BYTES = 10L << 30;

  /** Bytes of one chunk of a file sent or received. */
  public static final int CHUNK_BYTES = 1 << 20;

  private Limits() {}
}
