package dev.mergefarm.eval.template.python;

import java.util.function.Supplier;

/**
 * What one rendering may cost. Every loop step, list element and character produced is charged, so
 * that a template whose output or intermediate values grow without bound ends with an error instead
 * of taking the process with it. The budget of the rendering in progress is bound to its thread;
 * outside a rendering nothing is charged but single values are still bounded.
 */
public final class Budget {

  /** Longest single text in characters, and longest list in elements. */
  public static final long LONGEST_VALUE = 1L << 24;

  /** Largest integer in bits. */
  public static final long INTEGER_BITS = 1L << 18;

  private static final ScopedValue<Budget> CURRENT = ScopedValue.newInstance();

  private final long limit;
  private long spent;

  public Budget(long limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit must be above 0, is " + limit);
    }
    this.limit = limit;
  }

  /** Runs work that is charged to this budget. */
  public <T> T within(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /** Charges units of work: a loop step, an element or a character each count one. */
  public static void charge(long units) {
    if (CURRENT.isBound()) {
      CURRENT.get().spend(units);
    }
  }

  /**
   * Charges a value about to be built.
   *
   * @param size characters of a text or elements of a list
   */
  public static void chargeValue(long size) {
    if (size > LONGEST_VALUE) {
      throw new PythonException(
          PythonException.Kind.LIMIT,
          "a value of " + size + " characters or elements passes the limit of " + LONGEST_VALUE);
    }
    charge(size);
  }

  /**
   * Charges a step by which a value under construction has grown.
   *
   * @param size its size now
   * @param growth by how much it grew
   */
  public static void chargeGrowth(long size, long growth) {
    if (size > LONGEST_VALUE) {
      chargeValue(size);
    }
    charge(growth);
  }

  private void spend(long units) {
    spent += units;
    if (spent > limit) {
      throw new PythonException(
          PythonException.Kind.LIMIT,
          "rendering passes the limit of " + limit + " loop steps, elements and characters");
    }
  }
}
