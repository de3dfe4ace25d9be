package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.error.StatusMapper;
import dev.mergefarm.gateway.jobs.JobService;
import dev.mergefarm.gateway.jobs.SubmissionService;
import dev.mergefarm.gateway.watch.Watchers;
import dev.mergefarm.proto.v1.CancelJobRequest;
import dev.mergefarm.proto.v1.GetJobRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.JobsGrpc;
import dev.mergefarm.proto.v1.ListJobsRequest;
import dev.mergefarm.proto.v1.ListJobsResponse;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.SubmitMergeResponse;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;

/** The {@code mergefarm.v1.Jobs} service. */
@GrpcService
public class JobsGrpcService extends JobsGrpc.JobsImplBase {

  private final JobService jobs;
  private final SubmissionService submissions;
  private final Watchers watchers;

  @Inject
  public JobsGrpcService(JobService jobs, SubmissionService submissions, Watchers watchers) {
    this.jobs = jobs;
    this.submissions = submissions;
    this.watchers = watchers;
  }

  @Override
  @RunOnVirtualThread
  public void submitMerge(
      SubmitMergeRequest request, StreamObserver<SubmitMergeResponse> observer) {
    Answers.answer(observer, () -> submissions.merge(Caller.ofGrpcCall(), request));
  }

  @Override
  @RunOnVirtualThread
  public void submitEvaluation(SubmitEvaluationRequest request, StreamObserver<Job> observer) {
    Answers.answer(observer, () -> submissions.evaluation(Caller.ofGrpcCall(), request));
  }

  @Override
  @RunOnVirtualThread
  public void getJob(GetJobRequest request, StreamObserver<Job> observer) {
    Answers.answer(observer, () -> jobs.get(Caller.ofGrpcCall(), request.getId()));
  }

  @Override
  @RunOnVirtualThread
  public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> observer) {
    Answers.answer(observer, () -> jobs.list(Caller.ofGrpcCall(), request));
  }

  @Override
  @RunOnVirtualThread
  public void cancelJob(CancelJobRequest request, StreamObserver<Job> observer) {
    Answers.answer(observer, () -> jobs.cancel(Caller.ofGrpcCall(), request));
  }

  @Override
  @RunOnVirtualThread
  public void watchJob(WatchJobRequest request, StreamObserver<JobEvent> observer) {
    GrpcWatchClient client = new GrpcWatchClient((ServerCallStreamObserver<JobEvent>) observer);
    try {
      client.serve(watchers.watch(Caller.ofGrpcCall(), request, client));
    } catch (RuntimeException refused) {
      observer.onError(StatusMapper.exception(refused));
    }
  }
}
