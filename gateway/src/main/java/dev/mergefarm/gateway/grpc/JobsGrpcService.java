package dev.mergefarm.gateway.grpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.jobs.JobFiles;
import dev.mergefarm.gateway.jobs.JobService;
import dev.mergefarm.gateway.jobs.SubmissionService;
import dev.mergefarm.gateway.watch.Watchers;
import dev.mergefarm.proto.v1.CancelJobRequest;
import dev.mergefarm.proto.v1.GetJobRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.JobFileChunk;
import dev.mergefarm.proto.v1.JobsGrpc;
import dev.mergefarm.proto.v1.ListJobFilesRequest;
import dev.mergefarm.proto.v1.ListJobFilesResponse;
import dev.mergefarm.proto.v1.ListJobsRequest;
import dev.mergefarm.proto.v1.ListJobsResponse;
import dev.mergefarm.proto.v1.ReadJobFileRequest;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.SubmitMergeResponse;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;

/** The {@code mergefarm.v1.Jobs} service. */
@GrpcService
public class JobsGrpcService extends JobsGrpc.JobsImplBase {

  private final JobService jobs;
  private final SubmissionService submissions;
  private final Watchers watchers;
  private final JobFiles files;

  @Inject
  public JobsGrpcService(
      JobService jobs, SubmissionService submissions, Watchers watchers, JobFiles files) {
    this.files = files;
    this.jobs = jobs;
    this.submissions = submissions;
    this.watchers = watchers;
  }

  @Override
  public void submitMerge(
      SubmitMergeRequest request, StreamObserver<SubmitMergeResponse> observer) {
    Answers.answer(observer, caller -> submissions.merge(caller, request));
  }

  @Override
  public void submitEvaluation(SubmitEvaluationRequest request, StreamObserver<Job> observer) {
    Answers.answer(observer, caller -> submissions.evaluation(caller, request));
  }

  @Override
  public void getJob(GetJobRequest request, StreamObserver<Job> observer) {
    Answers.answer(observer, caller -> jobs.get(caller, request.getId()));
  }

  @Override
  public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> observer) {
    Answers.answer(observer, caller -> jobs.list(caller, request));
  }

  @Override
  public void cancelJob(CancelJobRequest request, StreamObserver<Job> observer) {
    Answers.answer(observer, caller -> jobs.cancel(caller, request));
  }

  @Override
  public void watchJob(WatchJobRequest request, StreamObserver<JobEvent> observer) {
    new GrpcWatchClient((ServerCallStreamObserver<JobEvent>) observer)
        .serve(Caller.ofGrpcCall(), watchers, request);
  }

  @Override
  public void listJobFiles(
      ListJobFilesRequest request, StreamObserver<ListJobFilesResponse> observer) {
    Answers.answer(observer, caller -> files.list(caller, request.getId()));
  }

  @Override
  public void readJobFile(ReadJobFileRequest request, StreamObserver<JobFileChunk> observer) {
    Caller caller = Caller.ofGrpcCall();
    PacedStream<JobFileChunk> stream =
        new PacedStream<>((ServerCallStreamObserver<JobFileChunk>) observer);
    stream.start(
        () ->
            files.read(
                files.find(caller, request.getId(), request.getFile()),
                content ->
                    stream.send(
                        JobFileChunk.newBuilder()
                            .setContent(UnsafeByteOperations.unsafeWrap(content))
                            .build())));
  }
}
