package dev.mergefarm.eval.function;

import dev.mergefarm.eval.task.ProgramRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs generated programs in a process of their own, which the helpers do not share: one that takes
 * all memory or cannot be stopped costs that process, and the next program gets a new one. Used by
 * one thread at a time.
 */
final class ProgramProcess implements ProgramRunner, AutoCloseable {

  /** Interpreted without a compiler, Python is about this much slower than usual. */
  private static final int SLOWER = 5;

  /** For making the program's own Python, which its time does not include. */
  private static final Duration START = Duration.ofSeconds(60);

  private final PythonHostOptions options;
  private Optional<HelperProcess> process = Optional.empty();

  ProgramProcess(PythonHostOptions options) {
    this.options = options;
  }

  @Override
  public List<Outcome> run(List<String> programs, Duration timeout) {
    List<Outcome> outcomes = new ArrayList<>(programs.size());
    for (String program : programs) {
      outcomes.add(run(program, timeout.multipliedBy(SLOWER)));
    }
    return outcomes;
  }

  private Outcome run(String program, Duration limit) {
    HelperProcess running = process.orElseGet(() -> HelperProcess.startForPrograms(options));
    process = Optional.of(running);
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("program", program);
    request.put("limit", Math.max(1, limit.toMillis()));
    running.send(request);
    Optional<Map<?, ?>> answer = running.receive(START.plus(limit));
    if (answer.isEmpty()) {
      running.close();
      process = Optional.empty();
      return new Outcome(false, "failed: it ended its process");
    }
    return new Outcome(
        Boolean.TRUE.equals(answer.get().get("passed")),
        String.valueOf(answer.get().get("result")));
  }

  @Override
  public void close() {
    process.ifPresent(HelperProcess::close);
  }
}
