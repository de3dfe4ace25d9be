package dev.mergefarm.jobs.worker;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.AttemptView.Outcome;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobEvent.Header;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.jobs.wire.ErrorMessages;
import dev.mergefarm.jobs.worker.AttemptRun.StopReason;
import dev.mergefarm.proto.v1.TicketRecord;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that happens to one ticket in a worker's hands. Each step is an event written first
 * and a ticket acknowledged after, so that a worker that dies between the two leaves a ticket that
 * comes again, finds its event there, and is dropped.
 */
final class TicketWork {

  private static final Logger LOG = LoggerFactory.getLogger(TicketWork.class);
  private static final Duration WRITE_LIMIT = Duration.ofMinutes(5);
  private static final Duration WRITE_PAUSE = Duration.ofSeconds(1);

  private final SlotTools tools;
  private final String worker;
  private final TicketQueue queue;
  private final JobFollower follower;
  private final ConsumerRecord<String, byte[]> record;
  private final String ticketText;
  private String jobId = "";
  private Position created = new Position(0, 0);

  TicketWork(
      SlotTools tools,
      String worker,
      TicketQueue queue,
      JobFollower follower,
      ConsumerRecord<String, byte[]> record) {
    this.tools = tools;
    this.worker = worker;
    this.queue = queue;
    this.follower = follower;
    this.record = record;
    this.ticketText = new Position(record.partition(), record.offset()).text();
  }

  /** Sees the ticket through. */
  void run() {
    Optional<TicketRecord> ticket = parse(record.value());
    if (ticket.isEmpty()) {
      LOG.error("The ticket at {} cannot be read; it is set aside.", ticketText);
      setAside("INVALID_TICKET", "The record is not a ticket that this version can read.");
      queue.accept();
      return;
    }
    jobId = ticket.get().getJobId();
    created = new Position(ticket.get().getEventPartition(), ticket.get().getEventOffset());
    follower.follow(jobId, created);
    while (!decideAndAct()) {
      LOG.info("Another worker claimed the attempt first; looking again.");
    }
  }

  /** Whether the ticket has been seen through; else someone else's claim came first. */
  private boolean decideAndAct() {
    int maximum = tools.settings().maximumAttempts();
    switch (TicketDecision.decide(follower.job(), ticketText, maximum)) {
      case TicketDecision.Drop drop -> {
        LOG.info("Ticket {} of job {} is dropped: {}.", ticketText, jobId, drop.reason());
        queue.accept();
      }
      case TicketDecision.ConfirmCancelled confirm -> {
        write(new JobEvent.Cancelled(newHeader(), confirm.attempt()));
        queue.accept();
      }
      case TicketDecision.GiveUp giveUp -> giveUp(giveUp);
      case TicketDecision.Start start -> {
        if (tools.shutdown().isRequested()) {
          queue.release();
          return true;
        }
        Header claim = newHeader();
        follower.readPast(
            write(new JobEvent.AttemptStarted(claim, start.attempt(), worker, ticketText)));
        if (!holdsAttempt(claim)) {
          return false;
        }
        work(start.attempt());
      }
    }
    return true;
  }

  private boolean holdsAttempt(Header claim) {
    return follower
        .job()
        .flatMap(JobView::newestAttempt)
        .map(attempt -> attempt.eventId().equals(claim.id()))
        .orElse(false);
  }

  private void giveUp(TicketDecision.GiveUp giveUp) {
    String message =
        giveUp.wasted()
            + " attempts failed or were lost with their workers; the last one was lost.";
    write(
        new JobEvent.Failed(
            newHeader(), giveUp.attempt(), ErrorMessages.status(ErrorCode.WORKER_LOST, message)));
    setAside(ErrorCode.WORKER_LOST.name(), message);
    queue.accept();
  }

  private void work(int attempt) {
    JobView job = follower.job().orElseThrow();
    LOG.info("Attempt {} at job {} begins.", attempt, jobId);
    tools.listener().attemptStarted(job.kind());
    AttemptRun run = AttemptRun.start(job, attempt, tools.handler());
    Outcome outcome = Outcome.LOST;
    try {
      AttemptWatch watch = new AttemptWatch(tools, queue, follower, run);
      outcome = conclude(run, watch, watch.await());
    } finally {
      run.stop(StopReason.SUPERSEDED);
      tools.listener().attemptEnded(job.kind(), outcome);
      LOG.info("Attempt {} at job {} ended: {}.", attempt, jobId, outcome.label());
    }
  }

  private Outcome conclude(AttemptRun run, AttemptWatch watch, AttemptRun.Ending ending) {
    Optional<StopReason> asked = run.stopReason();
    if (asked.equals(Optional.of(StopReason.SUPERSEDED))) {
      // A newer attempt has the job, or the job has ended: nothing of this one counts.
      queue.release();
      return Outcome.LOST;
    }
    return switch (ending) {
      case AttemptRun.Finished finished -> succeed(run, finished);
      case AttemptRun.Failed failed when failed.failure().code() == ErrorCode.CANCELLED ->
          stopped(run, watch, asked, failed.failure());
      case AttemptRun.Failed failed -> fail(run, watch, failed.failure());
    };
  }

  private Outcome succeed(AttemptRun run, AttemptRun.Finished finished) {
    try {
      write(
          new JobEvent.Succeeded(
              newHeader(),
              run.attempt(),
              finished.result(),
              run.warnings().stream().map(ErrorMessages::problem).toList()));
    } catch (MergefarmException e) {
      if (e.code() != ErrorCode.RESULT_TOO_LARGE) {
        throw e;
      }
      return end(run, e);
    }
    queue.accept();
    return Outcome.SUCCEEDED;
  }

  private Outcome stopped(
      AttemptRun run, AttemptWatch watch, Optional<StopReason> asked, MergefarmException failure) {
    if (asked.isEmpty()) {
      return fail(
          run,
          watch,
          new MergefarmException(
              ErrorCode.INTERNAL, "The attempt stopped though nobody asked it to.", failure));
    }
    if (asked.get() == StopReason.CANCELLED) {
      write(new JobEvent.Cancelled(newHeader(), run.attempt()));
      queue.accept();
      return Outcome.CANCELLED;
    }
    passOn(new JobEvent.HandedBack(newHeader(), run.attempt(), "the worker shut down"), watch, 0);
    return Outcome.HANDED_BACK;
  }

  private Outcome fail(AttemptRun run, AttemptWatch watch, MergefarmException failure) {
    LOG.warn("Attempt {} at job {} failed: {}", run.attempt(), jobId, failure.getMessage());
    int wasted = 1 + follower.job().map(JobView::wastedAttempts).orElse(0);
    if (!failure.code().retryable() || wasted >= tools.settings().maximumAttempts()) {
      return end(run, failure);
    }
    Status error = ErrorMessages.status(failure);
    passOn(new JobEvent.AttemptFailed(newHeader(), run.attempt(), error), watch, wasted);
    return Outcome.FAILED;
  }

  private Outcome end(AttemptRun run, MergefarmException failure) {
    write(new JobEvent.Failed(newHeader(), run.attempt(), ErrorMessages.status(failure)));
    if (failure.code().retryable()) {
      setAside(failure.code().name(), failure.getMessage());
    }
    queue.accept();
    return Outcome.FAILED;
  }

  /**
   * Ends the attempt and lets another worker have the ticket, unless the event ended the job.
   *
   * @param failures how many attempts have failed, for the pause before the next; 0 for no pause
   */
  private void passOn(JobEvent event, AttemptWatch watch, int failures) {
    follower.readPast(write(event));
    if (failures > 0) {
      watch.pauseBetweenAttempts(tools.settings().backoff(failures));
    }
    JobView job = follower.job().orElseThrow();
    if (job.state().isFinal()) {
      queue.accept();
    } else if (queue.holdsTicket() && isWornOut()) {
      tools.writer().enqueue(jobId, job.kind(), created);
      queue.accept();
    } else {
      queue.release();
    }
  }

  /** A ticket has so many deliveries; half of them are kept for workers that get lost. */
  private boolean isWornOut() {
    return record.deliveryCount().orElse((short) 1) * 2 > tools.topics().deliveryLimit();
  }

  /** Writes an event, waiting for a broker that is away for a while. */
  private Position write(JobEvent event) {
    long end = System.nanoTime() + WRITE_LIMIT.toNanos();
    while (true) {
      try {
        return tools.writer().append(event);
      } catch (MergefarmException e) {
        boolean hopeless = System.nanoTime() - end > 0 || tools.shutdown().isGraceOver();
        if (e.code() != ErrorCode.BROKER_UNAVAILABLE || hopeless) {
          throw e;
        }
        LOG.warn("An event of job {} is written again: {}", jobId, e.getMessage());
        tools.shutdown().pause(WRITE_PAUSE);
      }
    }
  }

  private void setAside(String code, String reason) {
    tools
        .writer()
        .deadLetter(
            record.key(),
            record.value(),
            Map.of(
                "mergefarm.code",
                code,
                "mergefarm.reason",
                reason,
                "mergefarm.queue",
                record.topic(),
                "mergefarm.ticket",
                ticketText,
                "mergefarm.worker",
                worker));
  }

  private Header newHeader() {
    return new Header(jobId, UUID.randomUUID().toString(), tools.clock().instant());
  }

  private static Optional<TicketRecord> parse(byte[] value) {
    if (value == null) {
      return Optional.empty();
    }
    try {
      TicketRecord ticket = TicketRecord.parseFrom(value);
      boolean valid =
          !ticket.getJobId().isEmpty()
              && ticket.getEventPartition() >= 0
              && ticket.getEventOffset() >= 0;
      return valid ? Optional.of(ticket) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
