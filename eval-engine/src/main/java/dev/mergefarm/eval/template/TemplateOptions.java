package dev.mergefarm.eval.template;

import java.time.Clock;
import java.util.Objects;

/**
 * How templates are read and rendered.
 *
 * @param undefined what happens when an undefined value is used
 * @param trimBlocks whether the first line end behind a statement tag is dropped
 * @param stripLeftOfBlocks whether white space before a statement tag that begins a line is dropped
 * @param keepTrailingNewline whether a line end at the very end of the source is kept
 * @param sandboxed whether underscored attributes and methods that change their value are refused
 * @param dialect which names beyond plain Jinja2 exist
 * @param outputLimit most characters of output
 * @param workLimit most loop steps, list elements and characters produced, in all
 * @param clock what {@code strftime_now} reads, in its time zone
 */
public record TemplateOptions(
    Undefined undefined,
    boolean trimBlocks,
    boolean stripLeftOfBlocks,
    boolean keepTrailingNewline,
    boolean sandboxed,
    Dialect dialect,
    int outputLimit,
    long workLimit,
    Clock clock) {

  /** 16 Mi characters. */
  public static final int DEFAULT_OUTPUT_LIMIT = 1 << 24;

  /** 256 Mi steps, elements and characters. */
  public static final long DEFAULT_WORK_LIMIT = 1L << 28;

  /** Behaviour of undefined values. */
  public enum Undefined {
    /** Prints as nothing, is false and empty; arithmetic, calls and attributes raise. */
    LENIENT,
    /** Every use except {@code is defined} and {@code default} raises. */
    STRICT
  }

  /** Names beyond plain Jinja2. */
  public enum Dialect {
    /** Task templates: the filter {@code regex_replace}. */
    TASK,
    /**
     * Chat templates: {@code raise_exception}, {@code strftime_now}, {@code tojson} without HTML
     * escapes, {@code break} and {@code continue}, {@code generation} blocks.
     */
    CHAT
  }

  public TemplateOptions {
    Objects.requireNonNull(undefined, "undefined");
    Objects.requireNonNull(dialect, "dialect");
    Objects.requireNonNull(clock, "clock");
    if (outputLimit <= 0 || workLimit <= 0) {
      throw new IllegalArgumentException(
          "outputLimit and workLimit must be above 0, are " + outputLimit + " and " + workLimit);
    }
  }

  /** Fields of task files: strict, white space kept as written. */
  public static TemplateOptions task() {
    return new TemplateOptions(
        Undefined.STRICT,
        false,
        false,
        true,
        false,
        Dialect.TASK,
        DEFAULT_OUTPUT_LIMIT,
        DEFAULT_WORK_LIMIT,
        Clock.systemDefaultZone());
  }

  /** Chat templates of tokenizers: lenient, sandboxed, blocks trimmed. */
  public static TemplateOptions chat(Clock clock) {
    return new TemplateOptions(
        Undefined.LENIENT,
        true,
        true,
        false,
        true,
        Dialect.CHAT,
        DEFAULT_OUTPUT_LIMIT,
        DEFAULT_WORK_LIMIT,
        clock);
  }

  /** The same with another limit on output and work. */
  public TemplateOptions withLimits(int output, long work) {
    return new TemplateOptions(
        undefined,
        trimBlocks,
        stripLeftOfBlocks,
        keepTrailingNewline,
        sandboxed,
        dialect,
        output,
        work,
        clock);
  }
}
