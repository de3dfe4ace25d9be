package dev.mergefarm.gateway.jobs;

import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.evaluations.EvaluationChecks;
import dev.mergefarm.gateway.recipes.RecipeService;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.submit.Submission;
import dev.mergefarm.jobs.wire.JobMessages;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.messages.MergeMessages;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.SubmitMergeResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;

/**
 * Accepts work: everything is checked first, and everything wrong is told at once. A repeat of an
 * accepted request is not checked against models again, which may have changed meanwhile.
 */
@ApplicationScoped
public class SubmissionService {

  private final JobService jobs;
  private final RecipeService recipes;
  private final EvaluationChecks evaluations;
  private final SubmitMetrics metrics;

  @Inject
  public SubmissionService(
      JobService jobs, RecipeService recipes, EvaluationChecks evaluations, SubmitMetrics metrics) {
    this.jobs = jobs;
    this.recipes = recipes;
    this.evaluations = evaluations;
    this.metrics = metrics;
  }

  public SubmitMergeResponse merge(Caller caller, SubmitMergeRequest request) {
    return metrics.timed("merge", () -> acceptMerge(caller, request));
  }

  public Job evaluation(Caller caller, SubmitEvaluationRequest request) {
    return metrics.timed("evaluation", () -> acceptEvaluation(caller, request));
  }

  private SubmitMergeResponse acceptMerge(Caller caller, SubmitMergeRequest request) {
    MergeRequest merge = request.getMerge();
    Problems problems = common(request.getRequestId(), request.getLabelsMap());
    RequestChecks.output(problems, "merge.output", merge.getOutput());
    RecipeCheck check = recipes.check(caller, "merge.", merge.getRecipe(), merge.getOptions());
    if (problems.hasErrors() || !isRepeat(caller, request.getRequestId())) {
      problems.addAll(check.problems());
      problems.throwIfErrors();
    }
    SubmitMergeResponse.Builder response =
        SubmitMergeResponse.newBuilder()
            .setJob(
                submit(
                    caller,
                    request.getRequestId(),
                    new JobRequest.Merge(merge),
                    request.getLabelsMap(),
                    problems.warnings()));
    check.plan().ifPresent(plan -> response.setPlan(MergeMessages.plan(plan)));
    return response.build();
  }

  private Job acceptEvaluation(Caller caller, SubmitEvaluationRequest request) {
    EvaluationRequest evaluation = request.getEvaluation();
    Problems problems = common(request.getRequestId(), request.getLabelsMap());
    RequestChecks.evaluation(problems, "evaluation", evaluation);
    if (problems.hasErrors() || !isRepeat(caller, request.getRequestId())) {
      evaluations.check(caller, problems, evaluation);
      problems.throwIfErrors();
    }
    return submit(
        caller,
        request.getRequestId(),
        new JobRequest.Evaluation(evaluation),
        request.getLabelsMap(),
        problems.warnings());
  }

  private static Problems common(String requestId, Map<String, String> labels) {
    Problems problems = new Problems();
    RequestChecks.requestId(problems, "request_id", requestId);
    RequestChecks.labels(problems, "labels", labels);
    return problems;
  }

  private boolean isRepeat(Caller caller, String requestId) {
    return jobs.isRepeat(caller, requestId);
  }

  private Job submit(
      Caller caller,
      String requestId,
      JobRequest request,
      Map<String, String> labels,
      List<Problem> warnings) {
    return JobMessages.job(
        jobs.submit(caller, new Submission(caller.tenant(), requestId, request, labels, warnings)));
  }
}
