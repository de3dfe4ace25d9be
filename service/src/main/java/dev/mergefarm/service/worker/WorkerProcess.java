package dev.mergefarm.service.worker;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.kafka.Topics;
import dev.mergefarm.jobs.worker.JobHandler;
import dev.mergefarm.jobs.worker.WorkerListener;
import dev.mergefarm.jobs.worker.WorkerLoop;
import dev.mergefarm.jobs.worker.WorkerSettings;
import dev.mergefarm.service.broker.Broker;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.jboss.logging.Logger;

/**
 * A worker loop with its start: topics and share groups must be there before the first ticket is
 * taken, and the broker may come later than the worker. Starting returns at once.
 */
public final class WorkerProcess implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(WorkerProcess.class);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final Broker broker;
  private final WorkerSettings settings;
  private final JobHandler handler;
  private final WorkerListener listener;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread starter;
  private volatile Optional<WorkerLoop> loop = Optional.empty();

  private WorkerProcess(
      Broker broker, WorkerSettings settings, JobHandler handler, WorkerListener listener) {
    this.broker = broker;
    this.settings = settings;
    this.handler = handler;
    this.listener = listener;
    this.starter =
        Thread.ofVirtual().name("start-" + settings.kind().label()).unstarted(this::start);
  }

  /** Starts a worker as soon as the broker is there. */
  public static WorkerProcess start(
      Broker broker, WorkerSettings settings, JobHandler handler, WorkerListener listener) {
    WorkerProcess process = new WorkerProcess(broker, settings, handler, listener);
    process.starter.start();
    return process;
  }

  /** Whether it waits for the broker or has all its slots; false means that a slot died. */
  public boolean isAlive() {
    return loop.map(WorkerLoop::isAlive).orElse(true);
  }

  /** Lets jobs go on for the grace period, then hands them back. */
  @Override
  public void close() {
    closing.countDown();
    starter.interrupt();
    try {
      starter.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    loop.ifPresent(WorkerLoop::close);
  }

  private void start() {
    if (!awaitTopics()) {
      return;
    }
    loop =
        Optional.of(
            WorkerLoop.start(
                broker.connection(),
                broker.topics(),
                settings,
                handler,
                listener,
                Clock.systemUTC()));
    LOG.infof(
        "Worker %s takes %s jobs, %d at once",
        settings.name(), settings.kind().label(), settings.slots());
  }

  /** Whether the topics are there; false when the worker is closed before that. */
  private boolean awaitTopics() {
    Admin admin = broker.connection().admin();
    try {
      while (!makeTopics(admin)) {
        if (closing.await(RETRY_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
      return closing.getCount() > 0;
    } catch (InterruptedException closed) {
      return false;
    } finally {
      // Without a limit it would wait for answers of a broker that is not there.
      admin.close(CLOSE_TIMEOUT);
    }
  }

  private boolean makeTopics(Admin admin) {
    try {
      Topics.ensure(admin, broker.topics());
      return true;
    } catch (MergefarmException unavailable) {
      if (closing.getCount() > 0) {
        LOG.warnf("Waiting for Kafka: %s", unavailable.getMessage());
      }
      return false;
    }
  }
}
