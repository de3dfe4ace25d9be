package dev.mergefarm.jobs.submit;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobEvent.Header;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.table.JobTable;
import dev.mergefarm.jobs.table.JobTableFeed;
import dev.mergefarm.jobs.wire.ErrorMessages;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits and cancels jobs. It writes an event, waits for the event to come back through the table,
 * and answers with the job as the fold has it: of two gateways doing the same at once, the topic's
 * order decides, and both answer alike. Safe for many threads; calls wait for Kafka.
 */
public final class JobPublisher {

  private static final Logger LOG = LoggerFactory.getLogger(JobPublisher.class);
  private static final Duration READ_BACK = Duration.ofSeconds(10);

  private final RecordWriter writer;
  private final JobTableFeed feed;
  private final Clock clock;

  public JobPublisher(RecordWriter writer, JobTableFeed feed, Clock clock) {
    this.writer = writer;
    this.feed = feed;
    this.clock = clock;
  }

  /**
   * Makes a job, or finds the one that the same request made before.
   *
   * @throws MergefarmException with {@code REQUEST_ID_REUSED} when another request has the id, or
   *     {@code BROKER_UNAVAILABLE}: then repeat the request with its id
   */
  public JobView submit(Submission submission) {
    String requestId =
        submission.requestId().isEmpty() ? UUID.randomUUID().toString() : submission.requestId();
    String jobId = RequestIdentity.jobId(submission.tenant(), requestId);
    String digest = RequestIdentity.digest(submission.request(), submission.labels());
    Optional<JobView> known = feed.table().find(jobId);
    if (known.isPresent()) {
      return attach(known.get(), requestId, digest);
    }
    Header header = newHeader(jobId);
    Position position =
        writer.append(
            new JobEvent.Created(
                header,
                submission.tenant(),
                requestId,
                submission.request(),
                submission.labels(),
                digest,
                submission.warnings().stream().map(ErrorMessages::problem).toList()));
    feed.awaitApplied(position, READ_BACK);
    JobView job = find(jobId);
    if (!job.origin().eventId().equals(header.id())) {
      return attach(job, requestId, digest);
    }
    enqueue(job, position);
    return job;
  }

  /**
   * Asks a job to stop. A queued job is cancelled when the call returns; a running one soon after;
   * nothing happens to one that is being cancelled or has ended.
   *
   * @throws MergefarmException with {@code JOB_NOT_FOUND} or {@code BROKER_UNAVAILABLE}
   */
  public JobView cancel(String jobId, String reason) {
    JobView job = find(jobId);
    if (job.state().isFinal() || job.state() == JobState.CANCELLING) {
      return job;
    }
    Position position = writer.append(new JobEvent.CancelRequested(newHeader(jobId), reason));
    feed.awaitApplied(position, READ_BACK);
    return find(jobId);
  }

  private JobView attach(JobView job, String requestId, String digest) {
    if (!job.origin().requestDigest().equals(digest)) {
      throw new MergefarmException(
          ErrorCode.REQUEST_ID_REUSED,
          "The request id '" + requestId + "' belongs to another request, job " + job.id() + ".");
    }
    return job;
  }

  /**
   * The job exists from here on; a ticket that cannot be written now {@link TicketRecovery} writes.
   */
  private void enqueue(JobView job, Position created) {
    try {
      writer.enqueue(job.id(), job.kind(), created);
    } catch (MergefarmException e) {
      LOG.warn("The ticket of job {} is to be written later: {}", job.id(), e.getMessage());
    }
  }

  private JobView find(String jobId) {
    return feed.table().find(jobId).orElseThrow(() -> JobTable.notFound(jobId));
  }

  private Header newHeader(String jobId) {
    return new Header(jobId, UUID.randomUUID().toString(), clock.instant());
  }
}
