package dev.mergefarm.python;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.EnvironmentAccess;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.IOAccess;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * Runs Python helpers for a parent process. Messages come on standard input and leave on standard
 * output, each four bytes of length and then JSON.
 *
 * <p>The parent sends requests one at a time: {@code {"op": "find" | "each" | "dataset" | "filter",
 * "limit": milliseconds, ...}}. The answer is any number of {@code {"result": value}}, then {@code
 * {"done": true}} or {@code {"error": {...}}}. In between the host may ask {@code {"read": path}},
 * which the parent answers with {@code {"source": text or null}}, and to have programs run: {@code
 * {"run": [texts], "timeout": seconds}} is answered with {@code {"outcomes": [[passed, result],
 * ...]}}. The first message of all is {@code {"ready": true}}.
 *
 * <p>Helpers get no files, processes, threads, sockets, environment or Java classes; what they
 * print goes to standard error.
 */
public final class PythonHost {

  /** Exit status where a helper could not be interrupted. */
  static final int STUCK = 70;

  /** Exit status where memory ran out. */
  static final int OUT_OF_MEMORY = 71;

  private static final String[] STAND_INS = {"datasets", "lm_eval", "evaluate"};

  private final Frames frames;

  private PythonHost(Frames frames) {
    this.frames = frames;
  }

  /**
   * @param arguments the seed of Python's global random generator
   */
  public static void main(String[] arguments) throws IOException {
    InputStream input = System.in;
    OutputStream output = System.out;
    System.setIn(InputStream.nullInputStream());
    System.setOut(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    PythonHost host = new PythonHost(new Frames(input, output));
    try {
      host.serve(Long.parseLong(arguments[0]));
    } catch (OutOfMemoryError e) {
      host.frames.write(Failures.outOfMemory());
      Runtime.getRuntime().halt(OUT_OF_MEMORY);
    }
  }

  private void serve(long seed) throws IOException {
    try (Context context = newContext()) {
      Value bindings = context.getBindings("python");
      Watchdog watchdog = new Watchdog(context, () -> place(bindings));
      bindings.putMember("host_read", (ProxyExecutable) a -> readModule(a[0].asString()));
      bindings.putMember("host_emit", (ProxyExecutable) a -> emit(a[0].asString()));
      bindings.putMember("host_run", (ProxyExecutable) a -> ask(a[0].asString()));
      bindings.putMember("host_allow", (ProxyExecutable) a -> allow(watchdog, a[0].asLong()));
      bindings.putMember("host_seed", seed);
      for (String name : STAND_INS) {
        bindings.putMember("source_" + name, resource(name));
      }
      context.eval(source("lockdown"));
      context.eval(source("bootstrap"));
      Value handle = bindings.getMember("handle");
      watchdog.start();
      frames.write("{\"ready\": true}");
      for (String request = frames.read(); request != null; request = frames.read()) {
        if (!answer(handle, request, watchdog)) {
          return;
        }
        watchdog.allow(0);
      }
    }
  }

  private static Context newContext() {
    return withoutAccess(Context.newBuilder("python"))
        .option("engine.WarnInterpreterOnly", "false")
        .build();
  }

  /** Python alone: nothing of the machine, and no Java classes. */
  static Context.Builder withoutAccess(Context.Builder context) {
    return context
        .allowAllAccess(false)
        .allowHostAccess(HostAccess.NONE)
        .allowIO(IOAccess.NONE)
        .allowCreateThread(false)
        .allowNativeAccess(false)
        .allowCreateProcess(false)
        .allowEnvironmentAccess(EnvironmentAccess.NONE)
        .option("python.PosixModuleBackend", "java");
  }

  /** Code of ours, which reports of failures leave out. */
  static Source source(String name) {
    return Source.newBuilder("python", resource(name), Failures.BOOTSTRAP).buildLiteral();
  }

  static String resource(String name) {
    try (InputStream stream = PythonHost.class.getResourceAsStream(name + ".py")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String place(Value bindings) {
    try {
      return bindings.getMember("place").execute().asString();
    } catch (PolyglotException e) {
      return "";
    }
  }

  /** Answers whether the context can go on. */
  private boolean answer(Value handle, String request, Watchdog watchdog) throws IOException {
    try {
      handle.execute(request);
      return true;
    } catch (PolyglotException e) {
      frames.write(Failures.describe(e, watchdog.found()));
      return false;
    }
  }

  private Object readModule(String path) {
    try {
      frames.write("{\"read\": " + Failures.quote(path) + "}");
      String answer = frames.read();
      return answer == null ? "{\"source\": null}" : answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a question to the parent and waits for what it says. */
  private Object ask(String question) {
    try {
      frames.write(question);
      String answer = frames.read();
      return answer == null ? "{}" : answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Object emit(String message) {
    try {
      frames.write(message);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object allow(Watchdog watchdog, long milliseconds) {
    watchdog.allow(milliseconds);
    return true;
  }
}
