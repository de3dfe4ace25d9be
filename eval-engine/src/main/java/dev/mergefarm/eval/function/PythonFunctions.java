package dev.mergefarm.eval.function;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs Python helpers in one process for a whole evaluation. The process starts with the first
 * helper looked up. Safe for several threads; calls run one after the other. A helper that raises
 * or runs too long leaves the process as it was, unless it could not be stopped or took all memory:
 * then every later call fails.
 */
public final class PythonFunctions implements TaskFunctions {

  private final TaskFiles files;
  private final Supplier<PythonHostOptions> location;
  private final long seed;
  private final Map<String, TaskFunction> found = new HashMap<>();
  private PythonHostOptions options;
  private HelperProcess process;
  private boolean closed;

  /**
   * @param files where modules are read from
   * @param options asked for once, when the first helper is looked up
   * @param seed of Python's global random generator, set before the first module is loaded
   */
  public PythonFunctions(TaskFiles files, Supplier<PythonHostOptions> options, long seed) {
    this.files = Objects.requireNonNull(files, "files");
    this.location = Objects.requireNonNull(options, "options");
    this.seed = seed;
  }

  @Override
  public synchronized TaskFunction find(FunctionReference reference) {
    String key = reference.modulePath() + ":" + reference.attribute();
    TaskFunction known = found.get(key);
    if (known != null) {
      return known;
    }
    if (files.read(reference.modulePath()).isEmpty()) {
      throw new MergefarmException(
          ErrorCode.FUNCTION_NOT_FOUND,
          "There is no file " + reference.modulePath() + " for the helper " + reference + ".");
    }
    PythonFunction function = new PythonFunction(this, reference, found.size());
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("op", "find");
    request.put("id", function.id());
    request.put("path", reference.modulePath());
    request.put("attribute", reference.attribute());
    exchange(reference, request, options().dataLimit(), result -> {});
    found.put(key, function);
    return function;
  }

  /** Limits of the process. */
  synchronized PythonHostOptions options() {
    if (options == null) {
      options = location.get();
    }
    return options;
  }

  /**
   * Sends one request and hands over its results as they come.
   *
   * @param limit for each result; also the process's own watchdog is set to it
   * @throws MergefarmException with the helper's own message, file and line where it fails
   */
  synchronized void exchange(
      FunctionReference reference,
      Map<String, Object> request,
      Duration limit,
      Consumer<Object> results) {
    if (closed) {
      throw new IllegalStateException("the helpers have been closed");
    }
    if (process == null) {
      process = HelperProcess.start(options(), seed);
    }
    request.put("limit", limit.toMillis());
    process.send(request);
    while (true) {
      Optional<Map<?, ?>> message = process.receive(limit);
      if (message.isEmpty()) {
        throw HelperFailure.ended(reference, process);
      }
      Map<?, ?> answer = message.get();
      if (answer.containsKey("read")) {
        Map<String, Object> module = new HashMap<>();
        module.put("source", files.read(String.valueOf(answer.get("read"))).orElse(null));
        process.send(module);
      } else if (answer.containsKey("result")) {
        results.accept(answer.get("result"));
      } else if (answer.containsKey("error")) {
        throw HelperFailure.of(reference, (Map<?, ?>) answer.get("error"), limit);
      } else {
        return;
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (process != null) {
      process.close();
    }
  }
}
