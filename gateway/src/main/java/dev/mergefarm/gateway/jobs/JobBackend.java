package dev.mergefarm.gateway.jobs;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.kafka.TopicSettings;
import dev.mergefarm.jobs.kafka.Topics;
import dev.mergefarm.jobs.submit.JobPublisher;
import dev.mergefarm.jobs.submit.TicketRecovery;
import dev.mergefarm.jobs.table.JobTable;
import dev.mergefarm.jobs.table.JobTableFeed;
import dev.mergefarm.service.broker.Broker;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.jboss.logging.Logger;

/**
 * The gateway's side of Kafka: the table of jobs, the publisher, and a thread that makes the
 * topics, looks for missing tickets and reads the queues' lengths. It starts without a broker and
 * waits for one.
 */
@ApplicationScoped
public class JobBackend {

  private static final Logger LOG = Logger.getLogger(JobBackend.class);
  private static final int RETRY_SECONDS = 1;

  private final GatewayConfiguration configuration;
  private final TopicSettings topics;
  private final KafkaConnection connection;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Clock clock = Clock.systemUTC();
  private RecordWriter writer;
  private JobTableFeed feed;
  private JobPublisher publisher;
  private Thread upkeep;
  private volatile QueueDepths depths = QueueDepths.UNKNOWN;

  @Inject
  public JobBackend(GatewayConfiguration configuration, Broker broker) {
    this.configuration = configuration;
    this.topics = broker.topics();
    this.connection = broker.connection();
  }

  void start(@Observes StartupEvent event) {
    writer = new RecordWriter(connection, topics, clock);
    feed = JobTableFeed.start(connection, topics, clock);
    publisher = new JobPublisher(writer, feed, clock);
    upkeep = Thread.ofVirtual().name("gateway-upkeep").start(this::keepUp);
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    closing.countDown();
    upkeep.interrupt();
    upkeep.join(TimeUnit.SECONDS.toMillis(RETRY_SECONDS));
    feed.close();
    writer.close();
  }

  /**
   * The table of all jobs, complete.
   *
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE} when it is not restored in time
   */
  public JobTable table() {
    feed.awaitRestored(configuration.restoreTimeout());
    return feed.table();
  }

  /**
   * The table of all jobs, complete, for a caller who may not wait that long.
   *
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE} when it is not restored in time
   */
  public JobTable table(Caller caller) {
    feed.awaitRestored(caller.patience(configuration.restoreTimeout()));
    return feed.table();
  }

  /** The table as far as it is filled; for counts. */
  public JobTable partialTable() {
    return feed.table();
  }

  public boolean isRestored() {
    return feed.isRestored();
  }

  JobPublisher publisher() {
    return publisher;
  }

  public KafkaConnection connection() {
    return connection;
  }

  /** Tickets waiting in each queue, as of the last look. */
  public QueueDepths depths() {
    return depths;
  }

  private void keepUp() {
    try (Admin admin = connection.admin()) {
      while (!makeTopics(admin) && !isClosing(RETRY_SECONDS * 1_000L)) {
        LOG.debug("The topics are not there yet.");
      }
      TicketRecovery recovery = new TicketRecovery(connection, topics, writer, feed.table(), clock);
      do {
        look(admin, recovery);
      } while (!isClosing(configuration.upkeepInterval().toMillis()));
    } catch (InterruptedException closed) {
      LOG.debug("Upkeep ends.");
    }
  }

  private boolean makeTopics(Admin admin) {
    try {
      Topics.ensure(admin, topics);
      return true;
    } catch (MergefarmException unavailable) {
      if (closing.getCount() > 0) {
        LOG.warnf("Waiting for Kafka: %s", unavailable.getMessage());
      }
      return false;
    }
  }

  private void look(Admin admin, TicketRecovery recovery) {
    try {
      depths = QueueDepths.read(admin, topics, List.of(JobKind.values()));
      if (feed.isRestored()) {
        recovery.recover().forEach(id -> LOG.infof("Wrote the missing ticket of job %s", id));
        recovery.failAbandoned().forEach(id -> LOG.warnf("Job %s lost its ticket and fails", id));
      }
    } catch (MergefarmException unavailable) {
      depths = QueueDepths.UNKNOWN;
      if (closing.getCount() > 0) {
        LOG.warnf("Upkeep waits for Kafka: %s", unavailable.getMessage());
      }
    }
  }

  private boolean isClosing(long waitMillis) throws InterruptedException {
    return closing.await(waitMillis, TimeUnit.MILLISECONDS);
  }
}
