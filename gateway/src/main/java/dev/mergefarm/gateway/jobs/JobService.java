package dev.mergefarm.gateway.jobs;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.call.Patience;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.submit.RequestIdentity;
import dev.mergefarm.jobs.submit.Submission;
import dev.mergefarm.jobs.table.JobFilter;
import dev.mergefarm.jobs.table.JobPage;
import dev.mergefarm.jobs.table.JobTable;
import dev.mergefarm.jobs.wire.JobMessages;
import dev.mergefarm.proto.v1.CancelJobRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.ListJobsRequest;
import dev.mergefarm.proto.v1.ListJobsResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Jobs as callers see them: their own only. Calls block and belong on virtual threads; each ends
 * within its stated time whether or not Kafka answers.
 */
@ApplicationScoped
public class JobService {

  private static final int DEFAULT_PAGE = 50;

  private final JobBackend backend;
  private final GatewayConfiguration configuration;

  @Inject
  public JobService(JobBackend backend, GatewayConfiguration configuration) {
    this.backend = backend;
    this.configuration = configuration;
  }

  /** Whether the caller has used this request id before. */
  boolean isRepeat(Caller caller, String requestId) {
    return !requestId.isEmpty()
        && backend
            .table(caller)
            .find(RequestIdentity.jobId(caller.tenant(), requestId))
            .isPresent();
  }

  /** Queues a checked request, or finds the job that it made before. */
  JobView submit(Caller caller, Submission submission) {
    backend.table(caller);
    return publish(caller, "Queueing the job", () -> backend.publisher().submit(submission));
  }

  /**
   * @throws MergefarmException with {@code JOB_NOT_FOUND} for an unknown job or another tenant's
   */
  public Job get(Caller caller, String id) {
    return JobMessages.job(find(caller, id));
  }

  public ListJobsResponse list(Caller caller, ListJobsRequest request) {
    Problems problems = new Problems();
    RequestChecks.pageSize(problems, "page_size", request.getPageSize());
    JobFilter filter = filter(problems, request.getFilter()).ofTenant(caller.tenant());
    problems.throwIfErrors();
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    JobPage page = backend.table(caller).list(filter, size, request.getPageToken());
    return ListJobsResponse.newBuilder()
        .addAllJobs(page.jobs().stream().map(JobMessages::job).toList())
        .setNextPageToken(page.nextPageToken())
        .build();
  }

  /** Asks a job to stop, and answers with the job as it is then. */
  public Job cancel(Caller caller, CancelJobRequest request) {
    Problems problems = new Problems();
    RequestChecks.characters(problems, "reason", request.getReason(), Limits.REASON_CHARACTERS);
    problems.throwIfErrors();
    JobView job = find(caller, request.getId());
    return JobMessages.job(
        publish(
            caller,
            "Cancelling the job",
            () -> backend.publisher().cancel(job.id(), request.getReason())));
  }

  private static JobFilter filter(Problems problems, String text) {
    try {
      return JobFilter.parse(text);
    } catch (MergefarmException malformed) {
      problems.addAll(malformed.problems());
      return JobFilter.parse("");
    }
  }

  /** The caller's job of an id; another tenant's is not there. */
  public JobView find(Caller caller, String id) {
    Problems problems = new Problems();
    RequestChecks.identifier(problems, "id", id);
    problems.throwIfErrors();
    return backend
        .table(caller)
        .find(id)
        .filter(job -> job.origin().tenant().equals(caller.tenant()))
        .orElseThrow(() -> JobTable.notFound(id));
  }

  private <T> T publish(Caller caller, String what, Callable<T> work) {
    Duration limit = caller.patience(configuration.publishTimeout());
    return Patience.within(limit, ErrorCode.BROKER_UNAVAILABLE, what, work);
  }
}
