package dev.mergefarm.jobs.worker;

import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.kafka.TopicSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A worker for one kind of job: so many slots, each taking tickets from the kind's queue and
 * running the handler. Closing it lets jobs go on for the grace period and then hands them back.
 */
public final class WorkerLoop implements AutoCloseable {

  /** After the grace period: to stop handlers, write events and leave the group. */
  private static final Duration CLOSE_MARGIN = Duration.ofSeconds(40);

  private final SlotTools tools;
  private final List<Thread> threads = new ArrayList<>();

  private WorkerLoop(SlotTools tools) {
    this.tools = tools;
  }

  /** Starts the slots; the broker need not be there yet. */
  public static WorkerLoop start(
      KafkaConnection connection,
      TopicSettings topics,
      WorkerSettings settings,
      JobHandler handler,
      WorkerListener listener,
      Clock clock) {
    SlotTools tools =
        new SlotTools(
            connection,
            topics,
            settings,
            new RecordWriter(connection, topics, clock),
            handler,
            listener,
            clock,
            new Shutdown());
    WorkerLoop loop = new WorkerLoop(tools);
    for (int number = 1; number <= settings.slots(); number++) {
      String name = settings.name() + "/" + number;
      loop.threads.add(
          Thread.ofPlatform().name("slot-" + name).daemon().start(new Slot(tools, name)));
    }
    return loop;
  }

  /** Whether every slot's thread is there. */
  public boolean isAlive() {
    return threads.stream().allMatch(Thread::isAlive);
  }

  /** Takes no more tickets, and returns when the last job has ended or has been handed back. */
  @Override
  public void close() {
    Duration grace = tools.settings().shutdownGrace();
    tools.shutdown().request(grace);
    long end = System.nanoTime() + grace.plus(CLOSE_MARGIN).toNanos();
    try {
      for (Thread thread : threads) {
        thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    tools.writer().close();
  }
}
