package dev.mergefarm.gateway.jobs;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.NearestName;
import dev.mergefarm.common.Problem;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.call.Patience;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.proto.v1.EvaluationResult;
import dev.mergefarm.proto.v1.JobFile;
import dev.mergefarm.proto.v1.ListJobFilesResponse;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.model.ModelFiles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What jobs left in the store for their submitters, other than models. Calls block. */
@ApplicationScoped
public class JobFiles {

  /** The files of a merged model that tell what it is; the model itself is read as a model. */
  private static final List<String> OF_MERGES =
      List.of(ModelFiles.MANIFEST, "mergekit_config.yml", "README.md");

  private final JobService jobs;
  private final ObjectStore store;
  private final GatewayConfiguration configuration;

  @Inject
  public JobFiles(JobService jobs, FarmStorage storage, GatewayConfiguration configuration) {
    this.jobs = jobs;
    this.store = storage.store();
    this.configuration = configuration;
  }

  /**
   * @throws MergefarmException with {@code JOB_NOT_FOUND} for an unknown job or another tenant's
   */
  public ListJobFilesResponse list(Caller caller, String id) {
    ListJobFilesResponse.Builder response = ListJobFilesResponse.newBuilder();
    files(caller, id)
        .forEach(
            (name, info) ->
                response.addFiles(JobFile.newBuilder().setName(name).setBytes(info.size())));
    return response.build();
  }

  /**
   * One file.
   *
   * @throws MergefarmException with {@code JOB_NOT_FOUND}, or {@code OBJECT_NOT_FOUND} and the
   *     nearest name
   */
  public ObjectInfo find(Caller caller, String id, String name) {
    SortedMap<String, ObjectInfo> files = files(caller, id);
    return Optional.ofNullable(files.get(name)).orElseThrow(() -> notFound(id, name, files));
  }

  /**
   * Reads a file chunk by chunk; holds one at a time.
   *
   * @param file as {@link #find} answered
   */
  public void read(ObjectInfo file, Consumer<byte[]> consumer) {
    for (long offset = 0; offset < file.size(); ) {
      byte[] content = new byte[(int) Math.min(Limits.CHUNK_BYTES, file.size() - offset)];
      store.read(file.key(), offset, MemorySegment.ofArray(content));
      consumer.accept(content);
      offset += content.length;
    }
  }

  private SortedMap<String, ObjectInfo> files(Caller caller, String id) {
    JobView job = jobs.find(caller, id);
    return Patience.within(
        caller.patience(configuration.checkTimeout()),
        ErrorCode.DEADLINE_EXCEEDED,
        "Looking for the job's files",
        () -> files(job));
  }

  /** Name to object. A file that has been removed since is left out. */
  private SortedMap<String, ObjectInfo> files(JobView job) {
    SortedMap<String, ObjectInfo> files = new TreeMap<>();
    job.conclusion().result().stream()
        .flatMap(JobFiles::keys)
        .flatMap(key -> store.find(key).stream())
        .forEach(info -> files.put(info.key().substring(info.key().lastIndexOf('/') + 1), info));
    return files;
  }

  private static Stream<String> keys(JobResult result) {
    return switch (result) {
      case JobResult.Merge merge ->
          OF_MERGES.stream().map(name -> merge.message().getModel() + "/" + name);
      case JobResult.Evaluation evaluation -> keys(evaluation.message());
    };
  }

  private static Stream<String> keys(EvaluationResult result) {
    return Stream.concat(Stream.of(result.getResults()), result.getSamplesMap().values().stream())
        .filter(key -> !key.isEmpty());
  }

  private static MergefarmException notFound(
      String id, String name, SortedMap<String, ObjectInfo> files) {
    String reason =
        files.isEmpty()
            ? "The job has no files; they are there once it has succeeded."
            : "The job '" + id + "' left no file '" + name + "'.";
    return new MergefarmException(
        List.of(
            new Problem(
                ErrorCode.OBJECT_NOT_FOUND,
                Problem.Severity.ERROR,
                "file",
                reason,
                NearestName.among(name, files.keySet()))));
  }
}
