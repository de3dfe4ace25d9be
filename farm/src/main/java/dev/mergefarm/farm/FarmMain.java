package dev.mergefarm.farm;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Starts a farm: broker and store first, then the services. SIGTERM and Ctrl-C stop the services
 * first, so that workers hand back their tickets while the broker still listens.
 *
 * <p>Exit codes: 0 after a stop, 1 when the services did not start, 2 for wrong options, 3 when the
 * data folder or the port is taken.
 */
@QuarkusMain
public final class FarmMain {

  private static final int SERVICES_FAILED = 1;
  private static final int WRONG_OPTIONS = 2;
  private static final int TAKEN = 3;
  private static final long STOP_SECONDS = 60;

  /** Kept, because a logger that nobody holds forgets its level. */
  private static final List<Logger> QUIET =
      List.of(
          Logger.getLogger("org.apache.kafka"),
          Logger.getLogger("kafka"),
          Logger.getLogger("state.change.logger"),
          Logger.getLogger("org.eclipse.jetty"),
          Logger.getLogger("org.gaul"));

  private FarmMain() {}

  public static void main(String... arguments) {
    if (List.of(arguments).contains("--help")) {
      System.out.print(FarmOptions.USAGE);
      return;
    }
    QUIET.forEach(logger -> logger.setLevel(Level.WARNING));
    int exitCode = run(arguments);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  private static int run(String... arguments) {
    FarmOptions options;
    try {
      options = FarmOptions.read(List.of(arguments), System::getProperty, System::getenv);
    } catch (MergefarmException wrong) {
      explain(System.err, wrong);
      System.err.print(FarmOptions.USAGE);
      return WRONG_OPTIONS;
    }
    try (Farm farm = Farm.start(options)) {
      return serve(farm);
    } catch (MergefarmException taken) {
      explain(System.err, taken);
      return TAKEN;
    }
  }

  /** Runs the services until they are stopped. */
  private static int serve(Farm farm) {
    farm.configuration().forEach(System::setProperty);
    CountDownLatch servicesStopped = new CountDownLatch(1);
    AtomicInteger exitCode = new AtomicInteger();
    // The process must not end before the broker has: a shutdown waits for this hook.
    Thread hook =
        new Thread(
            () -> {
              await(servicesStopped);
              farm.close();
            },
            "farm-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    Quarkus.run(
        FarmApplication.class,
        (code, failure) -> {
          exitCode.set(failure == null ? 0 : SERVICES_FAILED);
          servicesStopped.countDown();
        });
    servicesStopped.countDown();
    return exitCode.get();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("The services did not stop within " + STOP_SECONDS + " s.");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void explain(PrintStream target, MergefarmException failure) {
    for (Problem problem : failure.problems()) {
      target.println(problem.describe() + " " + problem.code().hint());
    }
  }
}
