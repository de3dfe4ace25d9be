package dev.mergefarm.gateway.models;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.NearestName;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.call.Patience;
import dev.mergefarm.gateway.request.PageTokens;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.proto.v1.DeleteModelRequest;
import dev.mergefarm.proto.v1.DeleteModelResponse;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.ListModelsRequest;
import dev.mergefarm.proto.v1.ListModelsResponse;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.model.StoredModels;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the API says of stored models. Calls read from the store and block. */
@ApplicationScoped
public class ModelService {

  private static final int DEFAULT_PAGE = 100;
  private static final String SCOPE = "models";

  /** The files that make a model visible go first, so that no reader finds half of one. */
  private static final List<String> REMOVED_FIRST = List.of(ModelFiles.MANIFEST, ModelFiles.CONFIG);

  private final FarmStorage storage;
  private final StoredModels models;
  private final ModelDescriptions descriptions;
  private final GatewayConfiguration configuration;

  @Inject
  public ModelService(
      FarmStorage storage, ModelDescriptions descriptions, GatewayConfiguration configuration) {
    this.storage = storage;
    this.models = new StoredModels(storage.store());
    this.descriptions = descriptions;
    this.configuration = configuration;
  }

  public ListModelsResponse list(Caller caller, ListModelsRequest request) {
    Problems problems = new Problems();
    RequestChecks.pageSize(problems, "page_size", request.getPageSize());
    Optional<String> after =
        PageTokens.position(problems, "page_token", SCOPE, request.getPageToken());
    problems.throwIfErrors();
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    return within(caller, "Listing the models", () -> page(after, size));
  }

  private ListModelsResponse page(Optional<String> after, int size) {
    List<String> rest =
        models.names().stream()
            .filter(name -> after.isEmpty() || ObjectKeys.ORDER.compare(name, after.get()) > 0)
            .toList();
    List<String> names = rest.subList(0, Math.min(size, rest.size()));
    ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
    // A model may have been removed since its name was read.
    descriptions.ofAll(names).forEach(response::addModels);
    if (rest.size() > size) {
      response.setNextPageToken(PageTokens.token(SCOPE, names.getLast()));
    }
    return response.build();
  }

  public Model get(Caller caller, GetModelRequest request) {
    return within(
        caller,
        "Reading the model",
        () ->
            check(request.getReference())
                .flatMap(descriptions::complete)
                .orElseThrow(() -> notFound(request.getReference())));
  }

  public DeleteModelResponse delete(Caller caller, DeleteModelRequest request) {
    return within(
        caller,
        "Removing the model",
        () -> {
          ObjectFolder folder = find(request.getReference());
          folder.list().stream()
              .map(ObjectInfo::key)
              .sorted(Comparator.comparing(name -> removalOrder(name)))
              .forEach(name -> storage.store().delete(folder.key(name)));
          return DeleteModelResponse.getDefaultInstance();
        });
  }

  private static int removalOrder(String name) {
    int first = REMOVED_FIRST.indexOf(name);
    return first < 0 ? REMOVED_FIRST.size() : first;
  }

  /**
   * The folder of a stored model.
   *
   * @throws MergefarmException with {@code MODEL_NOT_FOUND} and the nearest name
   */
  public ObjectFolder find(String reference) {
    return check(reference).flatMap(models::find).orElseThrow(() -> notFound(reference));
  }

  private static Optional<String> check(String reference) {
    Problems problems = new Problems();
    RequestChecks.reference(problems, "reference", reference);
    problems.throwIfErrors();
    return Optional.of(reference);
  }

  private MergefarmException notFound(String reference) {
    return new MergefarmException(
        List.of(
            new Problem(
                ErrorCode.MODEL_NOT_FOUND,
                Problem.Severity.ERROR,
                "reference",
                "There is no model '" + reference + "' in the farm's store.",
                nearest(reference))));
  }

  private Optional<String> nearest(String reference) {
    String whole =
        reference.startsWith(StoredModels.ROOT) ? reference : StoredModels.ROOT + reference;
    return NearestName.among(whole, models.names());
  }

  private <T> T within(Caller caller, String what, java.util.concurrent.Callable<T> work) {
    return Patience.within(
        caller.patience(configuration.checkTimeout()), ErrorCode.DEADLINE_EXCEEDED, what, work);
  }
}
