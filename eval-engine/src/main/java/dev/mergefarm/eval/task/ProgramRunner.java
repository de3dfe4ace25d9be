package dev.mergefarm.eval.task;

import java.time.Duration;
import java.util.List;

/** Runs Python programs that a model wrote, each alone and where it can do no harm. */
public interface ProgramRunner {

  /**
   * What came of a program.
   *
   * @param passed whether it ended without raising anything
   * @param result {@code passed}, {@code timed out}, or {@code failed: } and what it raised
   */
  record Outcome(boolean passed, String result) {}

  /**
   * @param timeout for each program on a machine's usual Python; a slower one gives more
   * @return an outcome for each program, in order
   */
  List<Outcome> run(List<String> programs, Duration timeout);
}
