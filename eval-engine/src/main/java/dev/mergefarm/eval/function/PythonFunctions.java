package dev.mergefarm.eval.function;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.ProgramRunner;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs Python helpers in one process for a whole evaluation. The process starts with the first
 * helper looked up. Safe for several threads; calls run one after the other. A helper that raises
 * or runs too long leaves the process as it was, unless it could not be stopped or took all memory:
 * then every later call fails.
 */
public final class PythonFunctions implements TaskFunctions {

  private static final Set<String> FORBIDDEN = Set.of("", ".", "..");

  private final TaskFiles files;
  private final Supplier<PythonHostOptions> location;
  private final long seed;
  private final Set<String> folders = new HashSet<>();
  private final Map<String, TaskFunction> found = new HashMap<>();
  private PythonHostOptions options;
  private HelperProcess process;
  private ProgramProcess programs;
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
    folders.add(reference.directory());
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
        module.put("source", module(String.valueOf(answer.get("read"))).orElse(null));
        process.send(module);
      } else if (answer.containsKey("run")) {
        process.send(outcomes(answer));
      } else if (answer.containsKey("result")) {
        results.accept(answer.get("result"));
      } else if (answer.containsKey("error")) {
        throw HelperFailure.of(reference, (Map<?, ?>) answer.get("error"), limit);
      } else {
        return;
      }
    }
  }

  /** What a helper asks for through the stand-in of {@code evaluate}. */
  private Map<String, Object> outcomes(Map<?, ?> question) {
    Map<String, Object> answer = new HashMap<>();
    if (question.get("run") instanceof List<?> programs
        && question.get("timeout") instanceof Number seconds) {
      Duration timeout = Duration.ofMillis((long) (seconds.doubleValue() * 1000));
      answer.put(
          "outcomes",
          programs().run(programs.stream().map(String::valueOf).toList(), timeout).stream()
              .map(outcome -> List.of(outcome.passed(), outcome.result()))
              .toList());
    }
    return answer;
  }

  @Override
  public synchronized ProgramRunner programs() {
    if (closed) {
      throw new IllegalStateException("the helpers have been closed");
    }
    if (programs == null) {
      programs = new ProgramProcess(options());
    }
    return this::run;
  }

  private synchronized List<ProgramRunner.Outcome> run(List<String> texts, Duration timeout) {
    return programs.run(texts, timeout);
  }

  /** The text of a module; nothing but Python files around known helpers goes to the process. */
  private Optional<String> module(String path) {
    boolean allowed = path.endsWith(".py") && folders.stream().anyMatch(f -> leadsBelow(f, path));
    return allowed ? files.read(path) : Optional.empty();
  }

  /** Whether a path goes out of a folder only by leaving off its last parts. */
  private static boolean leadsBelow(String folder, String path) {
    String[] parts = path.split("/", -1);
    String[] known = folder.split("/", -1);
    int common = 0;
    while (common < known.length && common < parts.length && known[common].equals(parts[common])) {
      common++;
    }
    return Arrays.stream(parts).skip(common).noneMatch(FORBIDDEN::contains);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (process != null) {
      process.close();
    }
    if (programs != null) {
      programs.close();
    }
  }
}
