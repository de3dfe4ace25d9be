package dev.mergefarm.gateway.tasks;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.NearestName;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.call.Patience;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.gateway.request.PageTokens;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.gateway.upload.IncomingFile;
import dev.mergefarm.gateway.upload.IncomingFiles;
import dev.mergefarm.gateway.upload.Upload;
import dev.mergefarm.proto.v1.GetTaskBundleRequest;
import dev.mergefarm.proto.v1.ImportTasksHeader;
import dev.mergefarm.proto.v1.ListTaskBundlesRequest;
import dev.mergefarm.proto.v1.ListTaskBundlesResponse;
import dev.mergefarm.proto.v1.TaskBundle;
import dev.mergefarm.service.store.FarmStorage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** What the API says of task bundles. Calls read from the store and block. */
@ApplicationScoped
public class TaskService {

  private static final int DEFAULT_PAGE = 100;
  private static final String SCOPE = "tasks";
  private static final String NAME = "tasks/[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

  private final BundleStore bundles;
  private final GatewayConfiguration configuration;
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  @Inject
  public TaskService(FarmStorage storage, GatewayConfiguration configuration) {
    this.bundles = new BundleStore(storage.store());
    this.configuration = configuration;
  }

  public ListTaskBundlesResponse list(Caller caller, ListTaskBundlesRequest request) {
    Problems problems = new Problems();
    RequestChecks.pageSize(problems, "page_size", request.getPageSize());
    Optional<String> after =
        PageTokens.position(problems, "page_token", SCOPE, request.getPageToken());
    problems.throwIfErrors();
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    return within(caller, "Listing the task bundles", () -> page(after, size));
  }

  private ListTaskBundlesResponse page(Optional<String> after, int size) {
    List<String> rest =
        bundles.references().stream()
            .filter(name -> after.isEmpty() || name.compareTo(after.get()) > 0)
            .sorted()
            .toList();
    List<String> names = rest.subList(0, Math.min(size, rest.size()));
    ListTaskBundlesResponse.Builder response = ListTaskBundlesResponse.newBuilder();
    names.stream().flatMap(name -> bundles.find(name).stream()).forEach(response::addBundles);
    if (rest.size() > size) {
      response.setNextPageToken(PageTokens.token(SCOPE, names.getLast()));
    }
    return response.build();
  }

  public TaskBundle get(Caller caller, GetTaskBundleRequest request) {
    Problems problems = new Problems();
    checkReference(problems, "reference", request.getReference());
    problems.throwIfErrors();
    return within(caller, "Reading the task bundle", () -> find(request.getReference()));
  }

  private TaskBundle find(String reference) {
    return bundles
        .find(reference)
        .orElseThrow(
            () ->
                new MergefarmException(
                    List.of(
                        new Problem(
                            ErrorCode.TASK_NOT_FOUND,
                            Problem.Severity.ERROR,
                            "reference",
                            "There is no task bundle '" + reference + "' in the store.",
                            NearestName.among(reference, bundles.references())))));
  }

  /**
   * Starts an import.
   *
   * @throws MergefarmException with every problem of the header
   */
  public Upload<TaskBundle> startImport(ImportTasksHeader header) {
    String reference = header.getReference();
    List<IncomingFile> files =
        header.getFilesList().stream()
            .map(file -> new IncomingFile(file.getName(), file.getBytes()))
            .toList();
    Problems problems = new Problems();
    checkReference(problems, "header.reference", reference);
    IncomingFiles.check(problems, "header.files", files, BundleStore.PRIVATE_PREFIX);
    long bytes = files.stream().mapToLong(file -> Math.max(0, file.bytes())).sum();
    if (bytes < 0 || bytes > Limits.BUNDLE_BYTES) {
      problems.error(
          ErrorCode.REQUEST_LIMIT,
          "header.files",
          "A bundle has at most " + Limits.BUNDLE_BYTES + " bytes.");
    }
    problems.throwIfErrors();
    if (!running.add(reference)) {
      throw new MergefarmException(
          ErrorCode.TASKS_EXIST, "The bundle '" + reference + "' is being imported already.");
    }
    return begin(reference, files);
  }

  private BundleUpload begin(String reference, List<IncomingFile> files) {
    BundleUpload upload;
    try {
      upload =
          new BundleUpload(
              reference, files, bundles, bundles.find(reference), () -> running.remove(reference));
    } catch (RuntimeException failure) {
      running.remove(reference);
      throw failure;
    }
    try {
      upload.begin();
      return upload;
    } catch (RuntimeException failure) {
      upload.close();
      throw failure;
    }
  }

  private static void checkReference(Problems problems, String path, String reference) {
    RequestChecks.reference(problems, path, reference);
    if (!reference.isBlank() && !reference.matches(NAME)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "Must be `tasks/` and a name of letters, digits, '.', '_' and '-', found '"
              + reference
              + "'.");
    }
  }

  private <T> T within(Caller caller, String what, Callable<T> work) {
    return Patience.within(
        caller.patience(configuration.checkTimeout()), ErrorCode.DEADLINE_EXCEEDED, what, work);
  }
}
