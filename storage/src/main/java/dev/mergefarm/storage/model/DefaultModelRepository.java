package dev.mergefarm.storage.model;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.NearestName;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Resolves references in this order: {@code s3://bucket/prefix}; a path that starts with {@code /},
 * {@code ./} or {@code ../}; the farm's own store, with or without {@code models/} in front; an
 * existing directory relative to the working directory; a hub. Which of these there are, the
 * builder says. Revisions belong to the hub and to the store's copies of it; a local path or bucket
 * is used as it is, whatever revision stands behind it.
 */
public final class DefaultModelRepository implements ModelRepository {

  private static final String BUCKET_SCHEME = "s3://";
  private static final String MAIN_REVISION = "main";
  private static final int NAMES_CONSIDERED = 10_000;

  private final Optional<StoredModels> ownModels;
  private final Optional<Path> workingDirectory;
  private final Optional<Function<String, ObjectStore>> buckets;
  private final Optional<HubModels> hub;

  private DefaultModelRepository(Builder builder) {
    this.ownModels = builder.ownStore.map(StoredModels::new);
    this.workingDirectory = builder.workingDirectory;
    this.buckets = builder.buckets;
    this.hub = builder.hub;
  }

  /** A repository that finds nothing until sources are added. */
  public static Builder builder() {
    return new Builder();
  }

  /** Says which kinds of reference a repository resolves. */
  public static final class Builder {

    private Optional<ObjectStore> ownStore = Optional.empty();
    private Optional<Path> workingDirectory = Optional.empty();
    private Optional<Function<String, ObjectStore>> buckets = Optional.empty();
    private Optional<HubModels> hub = Optional.empty();

    private Builder() {}

    /** Resolves {@code models/name} and bare names in this store, which stays the caller's. */
    public Builder ownStore(ObjectStore store) {
      ownStore = Optional.of(store);
      return this;
    }

    /**
     * Resolves local paths, relative ones against this directory. Leave it out in a service:
     * whoever can submit a job could read the service's files otherwise.
     */
    public Builder localPaths(Path directory) {
      workingDirectory = Optional.of(directory.toAbsolutePath().normalize());
      return this;
    }

    /**
     * Resolves {@code s3://bucket/prefix}.
     *
     * @param open makes a store for a bucket's name; closed with the model
     */
    public Builder buckets(Function<String, ObjectStore> open) {
      buckets = Optional.of(open);
      return this;
    }

    /** Resolves {@code org/name@revision} on a hub when it is found nowhere else. */
    public Builder hub(HubModels models) {
      hub = Optional.of(models);
      return this;
    }

    public DefaultModelRepository build() {
      return new DefaultModelRepository(this);
    }
  }

  @Override
  public Model open(ModelReference reference) {
    Objects.requireNonNull(reference, "reference");
    String path = stripSlashes(reference.path());
    if (path.startsWith(BUCKET_SCHEME)) {
      return openBucket(reference, path.substring(BUCKET_SCHEME.length()));
    }
    if (isExplicitPath(path)) {
      return openExplicitPath(reference, path);
    }
    return openOwn(reference, path)
        .or(() -> openRelative(reference, path))
        .or(() -> openHub(reference, path))
        .orElseThrow(() -> notFound(reference, path));
  }

  private Optional<Model> openOwn(ModelReference reference, String path) {
    return ownModels
        .flatMap(models -> findOwn(models, path, reference.revision()))
        .map(folder -> new FolderModel(reference, folder, () -> {}));
  }

  /**
   * A revision has a folder of its own, or the model without one is known to be of that commit. No
   * revision and {@code main} mean the same: what was stored without one comes first then, and a
   * copy of the hub's main branch will do.
   */
  private static Optional<ObjectFolder> findOwn(
      StoredModels models, String path, Optional<String> revision) {
    String named = revision.orElse(MAIN_REVISION);
    if (!named.equals(MAIN_REVISION)) {
      return models
          .find(StoredModels.nameOf(path, named))
          .or(() -> models.find(path).filter(folder -> isCommit(folder, named)));
    }
    Optional<ObjectFolder> copy = models.find(StoredModels.nameOf(path, MAIN_REVISION));
    return revision.isPresent()
        ? copy.or(() -> models.find(path))
        : models.find(path).or(() -> copy);
  }

  /** Whether a model's manifest says that it is a copy of a hub's commit. */
  private static boolean isCommit(ObjectFolder folder, String commit) {
    if (folder.find(ModelFiles.MANIFEST).isEmpty()) {
      return false;
    }
    Manifest manifest = ManifestJson.read(folder.readAll(ModelFiles.MANIFEST, JsonFiles.LIMIT));
    return manifest
        .origin()
        .filter(origin -> origin.startsWith("hub:") && origin.endsWith("@" + commit))
        .isPresent();
  }

  private Optional<Model> openHub(ModelReference reference, String path) {
    return hub.filter(models -> !path.startsWith(StoredModels.ROOT))
        .flatMap(models -> models.find(path, reference.revision().orElse(MAIN_REVISION)))
        .map(folder -> new FolderModel(reference, folder, () -> {}));
  }

  private Optional<Model> openRelative(ModelReference reference, String path) {
    return workingDirectory
        .flatMap(directory -> resolve(directory, path))
        .map(folder -> openDirectory(reference, folder));
  }

  private Model openExplicitPath(ModelReference reference, String path) {
    Path directory =
        workingDirectory.orElseThrow(
            () ->
                refused(
                    reference,
                    "Local paths are not read here; put the model into the farm's store."));
    return resolve(directory, path)
        .map(folder -> openDirectory(reference, folder))
        .orElseThrow(() -> notFound(reference, path));
  }

  private static Model openDirectory(ModelReference reference, Path folder) {
    ObjectStore store = new LocalObjectStore(folder);
    return new FolderModel(reference, new ObjectFolder(store, ""), store::close);
  }

  private Model openBucket(ModelReference reference, String rest) {
    Function<String, ObjectStore> open =
        buckets.orElseThrow(
            () -> refused(reference, "No object store is configured for s3:// references."));
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    String prefix = slash < 0 ? "" : rest.substring(slash + 1);
    if (bucket.isEmpty() || (!prefix.isEmpty() && ObjectKeys.fault(prefix).isPresent())) {
      throw refused(reference, "Expected s3://bucket/prefix.");
    }
    ObjectStore store = open.apply(bucket);
    boolean found = false;
    try {
      ObjectFolder folder = new ObjectFolder(store, prefix.isEmpty() ? "" : prefix + "/");
      if (folder.list().isEmpty()) {
        throw notFound(reference, List.of(), "Nothing lies under that prefix.");
      }
      found = true;
      return new FolderModel(reference, folder, store::close);
    } finally {
      if (!found) {
        store.close();
      }
    }
  }

  private MergefarmException notFound(ModelReference reference, String path) {
    boolean explicit = isExplicitPath(path);
    if (explicit) {
      return notFound(reference, siblings(path), "There is no such directory.");
    }
    Optional<String> stored = withoutRevision(reference, path);
    if (stored.isPresent()) {
      return notFound(
          reference,
          List.of(path),
          "The store has '%s' without a record of its revision: name it so, or store the revision."
              .formatted(stored.get()));
    }
    List<String> known =
        Stream.concat(
                ownModels.stream()
                    .flatMap(models -> models.names().stream())
                    .flatMap(name -> alike(name, path)),
                siblings(path).stream())
            .limit(NAMES_CONSIDERED)
            .toList();
    return notFound(reference, known, whereLooked(path));
  }

  private String whereLooked(String path) {
    List<String> places = new ArrayList<>();
    if (ownModels.isPresent()) {
      places.add("it is not in the farm's store");
    }
    if (workingDirectory.isPresent()) {
      places.add("there is no such directory");
    }
    if (hub.isPresent() && path.matches("[^/]+/[^/]+") && !path.startsWith(StoredModels.ROOT)) {
      places.add(
          "the hub has no such model and revision, or shows it to other tokens only (HF_TOKEN)");
    }
    String all = places.isEmpty() ? "there is nowhere to look" : String.join(", and ", places);
    return Character.toUpperCase(all.charAt(0)) + all.substring(1) + ".";
  }

  /** A stored model of the same name, where a revision was asked for that is not there. */
  private Optional<String> withoutRevision(ModelReference reference, String path) {
    return reference.revision().isEmpty()
        ? Optional.empty()
        : ownModels
            .flatMap(models -> models.find(path))
            .map(folder -> folder.prefix().substring(0, folder.prefix().length() - 1));
  }

  /** A stored name as the user would have to write it to be near to what was written. */
  private static Stream<String> alike(String name, String path) {
    return path.startsWith(StoredModels.ROOT)
        ? Stream.of(name)
        : Stream.of(name.substring(StoredModels.ROOT.length()));
  }

  /** Directories beside the one that was looked for, written as it was. */
  private List<String> siblings(String path) {
    Optional<Path> parent =
        workingDirectory.flatMap(directory -> safeResolve(directory, path)).map(Path::getParent);
    if (parent.isEmpty() || !Files.isDirectory(parent.get())) {
      return List.of();
    }
    String start = path.substring(0, path.lastIndexOf('/') + 1);
    try (Stream<Path> entries = Files.list(parent.get())) {
      return entries
          .limit(NAMES_CONSIDERED)
          .filter(Files::isDirectory)
          .map(entry -> start + entry.getFileName())
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  private static Optional<Path> resolve(Path directory, String path) {
    return safeResolve(directory, path).filter(Files::isDirectory);
  }

  private static Optional<Path> safeResolve(Path directory, String path) {
    try {
      return Optional.of(directory.resolve(path).normalize());
    } catch (InvalidPathException unusable) {
      return Optional.empty();
    }
  }

  private static boolean isExplicitPath(String path) {
    return path.startsWith("/")
        || path.startsWith("./")
        || path.startsWith("../")
        || path.equals(".")
        || path.equals("..");
  }

  private static String stripSlashes(String path) {
    String stripped = path;
    while (stripped.length() > 1 && stripped.endsWith("/")) {
      stripped = stripped.substring(0, stripped.length() - 1);
    }
    return stripped;
  }

  private static MergefarmException notFound(
      ModelReference reference, List<String> known, String reason) {
    return new MergefarmException(
        List.of(
            new Problem(
                ErrorCode.MODEL_NOT_FOUND,
                Problem.Severity.ERROR,
                "",
                "Model '" + reference.text() + "' was not found. " + reason,
                NearestName.among(reference.path(), known))));
  }

  private static MergefarmException refused(ModelReference reference, String reason) {
    return new MergefarmException(
        ErrorCode.INVALID_VALUE, "Model '" + reference.text() + "': " + reason);
  }
}
