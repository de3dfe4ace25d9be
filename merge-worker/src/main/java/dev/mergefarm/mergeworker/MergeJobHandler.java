package dev.mergefarm.mergeworker;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.worker.JobContext;
import dev.mergefarm.jobs.worker.JobHandler;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.messages.MergeMessages;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.service.store.JobModels;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.model.StoredModels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a merge job into a call of the engine. The recipe is planned again, since models may have
 * changed in the queue; shards that an earlier attempt finished are kept as long as the plan is the
 * same.
 */
final class MergeJobHandler implements JobHandler {

  private static final Logger LOG = LoggerFactory.getLogger(MergeJobHandler.class);

  private final MergeEngine shared;
  private final JobModels models;
  private final ObjectStore store;

  /**
   * @param engine whose workers and memory all jobs share
   * @param models where each job's models come from
   * @param store where merged models go
   */
  MergeJobHandler(MergeEngine engine, JobModels models, ObjectStore store) {
    this.shared = engine;
    this.models = models;
    this.store = store;
  }

  @Override
  public JobResult handle(JobRequest request, JobContext context) {
    if (!(request instanceof JobRequest.Merge merge)) {
      throw new MergefarmException(
          ErrorCode.INTERNAL, "A " + request.kind().label() + " job came to the merge queue.");
    }
    return merge(merge.message(), context);
  }

  /** The job's engine is a view of the shared one, which lives on. */
  private JobResult merge(MergeRequest message, JobContext context) {
    MergeEngine engine = shared.withModels(models.of(context.cancellation(), context.progress()));
    context.progress().onProgress(new Progress("plan", 0, 0, 0, 0));
    MergePlan plan =
        engine
            .validate(message.getRecipe(), MergeMessages.options(message.getOptions()))
            .planOrThrow();
    String output =
        message.getOutput().isEmpty() ? StoredModels.ROOT + context.jobId() : message.getOutput();
    LOG.info("Merging {} tensors into {}", plan.tensors().size(), output);
    try {
      MergeResult result =
          engine.merge(plan, store, output, context.progress(), context.cancellation());
      if (!result.device().isEmpty()) {
        LOG.info("Merged {} on {}", output, result.device());
      }
      return new JobResult.Merge(message(result, plan));
    } catch (MergefarmException failure) {
      if (isFinal(failure, context)) {
        discard(engine, plan, output, failure);
      }
      throw failure;
    }
  }

  /** Whether no other attempt will go on from what this one wrote. */
  private static boolean isFinal(MergefarmException failure, JobContext context) {
    return failure.code() == ErrorCode.CANCELLED
        ? context.isJobCancelled()
        : !failure.code().retryable() && failure.code() != ErrorCode.MODEL_EXISTS;
  }

  private void discard(
      MergeEngine engine, MergePlan plan, String output, MergefarmException failure) {
    try {
      engine.discard(plan, store, output);
    } catch (MergefarmException second) {
      LOG.warn("What was written of {} could not be removed: {}", output, second.getMessage());
      failure.addSuppressed(second);
    }
  }

  private dev.mergefarm.proto.v1.MergeResult message(MergeResult result, MergePlan plan) {
    byte[] manifest = store.readAll(result.prefix() + "/" + ModelFiles.MANIFEST, JsonFiles.LIMIT);
    return dev.mergefarm.proto.v1.MergeResult.newBuilder()
        .setModel(result.prefix())
        .setTensors(result.tensors())
        .setBytesRead(plan.summary().bytesIn())
        .setBytesWritten(result.bytesWritten())
        .setManifestDigest(Sha256.of(manifest))
        .setShardsKept(result.shardsKept())
        .setDevice(result.device())
        .build();
  }
}
