package dev.mergefarm.python;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;

/**
 * Runs programs that a model wrote, for a parent process: each in a context of its own, so that
 * none sees what another left behind. Messages are those of {@link PythonHost}: the parent sends
 * {@code {"program": text, "limit": milliseconds}}; the answer is {@code {"passed": true or false,
 * "result": text}}. The first message of all is {@code {"ready": true}}.
 *
 * <p>Programs get no files, processes, threads, sockets, environment or Java classes, nothing to
 * read, and what they print is dropped. The limit counts from when Python is up.
 */
public final class ProgramHost {

  private static final int LONGEST_RESULT = 500;
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Frames frames;
  private final ScheduledExecutorService clock;

  private ProgramHost(Frames frames) {
    this.frames = frames;
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("limit").factory());
    executor.setRemoveOnCancelPolicy(true);
    this.clock = executor;
  }

  public static void main(String[] arguments) throws IOException {
    InputStream input = System.in;
    OutputStream output = System.out;
    System.setIn(InputStream.nullInputStream());
    System.setOut(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    new ProgramHost(new Frames(input, output)).serve();
  }

  private void serve() throws IOException {
    try (Engine engine =
        Engine.newBuilder("python").option("engine.WarnInterpreterOnly", "false").build()) {
      frames.write("{\"ready\": true}");
      for (String request = frames.read(); request != null; request = frames.read()) {
        frames.write(answer(engine, request));
      }
    }
  }

  private String answer(Engine engine, String request) {
    try (Context context = newContext(engine)) {
      Value bindings = context.getBindings("python");
      bindings.putMember("host_request", request);
      context.eval(PythonHost.source("lockdown"));
      context.eval(PythonHost.source("program"));
      return run(context, bindings);
    } catch (PolyglotException e) {
      return outcome(message(e));
    } catch (OutOfMemoryError e) {
      return outcome("failed: MemoryError");
    }
  }

  private static Context newContext(Engine engine) {
    return PythonHost.withoutAccess(Context.newBuilder("python"))
        .engine(engine)
        .in(InputStream.nullInputStream())
        .out(OutputStream.nullOutputStream())
        .err(OutputStream.nullOutputStream())
        .build();
  }

  private String run(Context context, Value bindings) {
    AtomicBoolean late = new AtomicBoolean();
    long limit = bindings.getMember("limit").asLong();
    ScheduledFuture<?> alarm =
        clock.schedule(() -> stop(context, late), limit, TimeUnit.MILLISECONDS);
    try {
      String failure = bindings.getMember("run").execute().asString();
      return late.get() ? outcome("timed out") : outcome(failure);
    } catch (PolyglotException e) {
      return outcome(late.get() ? "timed out" : message(e));
    } finally {
      alarm.cancel(false);
    }
  }

  /** A program that cannot even be interrupted ends with the process; its parent starts another. */
  private static void stop(Context context, AtomicBoolean late) {
    late.set(true);
    try {
      context.interrupt(GRACE);
    } catch (TimeoutException e) {
      Runtime.getRuntime().halt(PythonHost.STUCK);
    }
  }

  private static String message(PolyglotException exception) {
    if (exception.isResourceExhausted()) {
      return "failed: MemoryError";
    }
    return exception.isExit() ? "failed: SystemExit" : "failed: " + exception.getMessage();
  }

  /**
   * @param failure empty where the program passed
   */
  private static String outcome(String failure) {
    boolean passed = failure.isEmpty();
    String result = passed ? "passed" : failure;
    return "{\"passed\": "
        + passed
        + ", \"result\": "
        + Failures.quote(result.substring(0, Math.min(result.length(), LONGEST_RESULT)))
        + "}";
  }
}
