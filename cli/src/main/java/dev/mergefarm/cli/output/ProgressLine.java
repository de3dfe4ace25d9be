package dev.mergefarm.cli.output;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;

/**
 * Progress for a person: a bar that redraws itself on a terminal, else a plain line whenever the
 * stage changes or another tenth is done. Writes to standard error, so that standard output holds
 * results alone.
 */
public final class ProgressLine implements AutoCloseable {

  private static final int BAR = 30;

  private final PrintWriter err;
  private final boolean terminal;
  private final String name;
  private String stage = "";
  private int tenth = -1;
  private boolean drawn;

  public ProgressLine(PrintWriter err, boolean terminal, String name) {
    this.err = err;
    this.terminal = terminal;
    this.name = name;
  }

  /** For the terminal of this process, if there is one and {@code TERM} is not {@code dumb}. */
  public static ProgressLine forThisProcess(PrintWriter err, String name) {
    boolean terminal =
        System.console() != null
            && System.console().isTerminal()
            && !"dumb".equals(System.getenv("TERM"));
    return new ProgressLine(err, terminal, name);
  }

  /**
   * @param total 0 while unknown
   * @param detail rate and the like; may be empty
   */
  public void show(String newStage, long done, long total, String detail, Optional<Duration> left) {
    double share = total == 0 ? 0 : Math.min(1.0, (double) done / total);
    String rest = left.map(time -> ", " + Units.time(time) + " left").orElse("");
    String facts = detail.isEmpty() ? "" : "  " + detail;
    if (terminal) {
      int filled = (int) (share * BAR);
      String bar = "#".repeat(filled) + ".".repeat(BAR - filled);
      err.printf(
          "\r\u001b[2K%s  %-8s [%s] %3.0f %%%s%s", name, newStage, bar, share * 100, facts, rest);
      err.flush();
      drawn = true;
      return;
    }
    int newTenth = (int) (share * 10);
    if (!newStage.equals(stage) || newTenth != tenth) {
      stage = newStage;
      tenth = newTenth;
      err.printf("%s  %s %.0f %%%s%s%n", name, newStage, share * 100, facts, rest);
      err.flush();
    }
  }

  @Override
  public void close() {
    clear();
  }

  /** Ends the line, so that what follows starts on its own. */
  public void clear() {
    if (drawn) {
      err.print("\r\u001b[2K");
      err.flush();
      drawn = false;
    }
  }
}
