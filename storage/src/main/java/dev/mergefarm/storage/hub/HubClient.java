package dev.mergefarm.storage.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.hub.HubModel.HubFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** A hub. Safe for many threads; close it after the last use of its stores. */
public final class HubClient implements AutoCloseable {

  /** What is taken when a reference names no revision. */
  public static final String DEFAULT_REVISION = "main";

  private static final Pattern REPOSITORY =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** How long a hub that did not answer is taken to be down, so that nobody waits twice. */
  private static final Duration OUTAGE = Duration.ofSeconds(10);

  private record Outage(MergefarmException failure, long until) {}

  private final HubRequests requests;
  private final Retries lookups;
  private final Retries.Time time;
  private final AtomicReference<Outage> outage = new AtomicReference<>();

  public HubClient(HubSettings settings) {
    this(settings, Retries.Time.SYSTEM, RandomGenerator.getDefault());
  }

  /**
   * @param time paces retries
   * @param random spreads retries
   */
  public HubClient(HubSettings settings, Retries.Time time, RandomGenerator random) {
    this.requests = new HubRequests(settings, new Retries(settings.retries(), time, random));
    this.lookups = new Retries(settings.lookupRetries(), time, random);
    this.time = time;
  }

  /** Whether a path has the form {@code org/name} of a hub's repository. */
  public static boolean isRepository(String path) {
    return REPOSITORY.matcher(path).matches() && !path.contains("..");
  }

  /**
   * Looks a model up.
   *
   * @param revision a branch, tag or commit
   * @throws MergefarmException with {@code MODEL_NOT_FOUND}, {@code HUB_DENIED}, {@code
   *     HUB_UNAVAILABLE}, or {@code INVALID_VALUE} for names that no hub has
   */
  public HubModel model(String repository, String revision) {
    requireNames(repository, revision);
    try {
      return look("model", "api/models", repository, repository, revision);
    } catch (MergefarmException failure) {
      throw failure.code() == ErrorCode.OBJECT_NOT_FOUND
          ? new MergefarmException(ErrorCode.MODEL_NOT_FOUND, failure.getMessage(), failure)
          : failure;
    }
  }

  /**
   * Looks a data set up; its files are read like a model's.
   *
   * @param repository such as {@code org/name}; the answer's begins with {@code datasets/}
   * @param revision a branch, tag or commit
   * @throws MergefarmException with {@code DATA_NOT_FOUND}, {@code HUB_DENIED}, {@code
   *     HUB_UNAVAILABLE}, or {@code INVALID_VALUE} for names that no hub has
   */
  public HubModel dataset(String repository, String revision) {
    requireNames(repository, revision);
    try {
      return look("data set", "api/datasets", repository, "datasets/" + repository, revision);
    } catch (MergefarmException failure) {
      throw failure.code() == ErrorCode.OBJECT_NOT_FOUND
          ? new MergefarmException(ErrorCode.DATA_NOT_FOUND, failure.getMessage(), failure)
          : failure;
    }
  }

  /**
   * @param api path of the kind's descriptions
   * @param path of the repository's files below the endpoint
   */
  private HubModel look(String kind, String api, String repository, String path, String revision) {
    String what = kind + " '" + repository + "@" + revision + "'";
    JsonNode answer =
        describe(
            what,
            requests
                .address(api, repository, "revision")
                .newBuilder()
                .addPathSegment(revision)
                .addQueryParameter("blobs", "true")
                .build());
    String commit = answer.path("sha").asText();
    if (!COMMIT.matcher(commit).matches()) {
      throw new MergefarmException(
          ErrorCode.HUB_UNAVAILABLE, "The hub names no commit for " + what + ".");
    }
    return new HubModel(path, commit, files(answer.path("siblings")));
  }

  /** Asks for a description, unless the hub has just been found not to answer. */
  private JsonNode describe(String what, HttpUrl url) {
    Outage last = outage.get();
    if (last != null && last.until() - time.nanoTime() > 0) {
      throw new MergefarmException(
          ErrorCode.HUB_UNAVAILABLE, last.failure().getMessage(), last.failure());
    }
    try {
      return lookups.call(() -> requests.lookUp(what, url));
    } catch (MergefarmException failure) {
      if (failure.code() == ErrorCode.HUB_UNAVAILABLE) {
        outage.set(new Outage(failure, time.nanoTime() + OUTAGE.toNanos()));
      }
      throw failure;
    }
  }

  /** The files of a model as a store that is read in place, by ranges; it cannot be written. */
  public ObjectStore store(HubModel model) {
    return new HubObjectStore(requests, model);
  }

  /**
   * The same, but each file is copied when it is first read, checked against the hub's digest, and
   * read from the copy ever after.
   *
   * @param copies holds files under {@code hub/REPOSITORY@COMMIT/}
   * @param cancellation ends copying
   */
  public ObjectStore store(HubModel model, ObjectStore copies, Cancellation cancellation) {
    String prefix = "hub/" + model.repository() + "@" + model.commit() + "/";
    return new CopiedHubStore(store(model), model, new ObjectFolder(copies, prefix), cancellation);
  }

  @Override
  public void close() {
    requests.close();
  }

  HubRequests requests() {
    return requests;
  }

  static void requireNames(String repository, String revision) {
    if (!isRepository(repository)
        || !REVISION.matcher(revision).matches()
        || revision.contains("..")) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "'" + repository + "@" + revision + "' cannot be a model of a hub.");
    }
  }

  /** The files whose names a store can have; a hub of ours would not hold others. */
  private static List<HubFile> files(JsonNode siblings) {
    List<HubFile> files = new ArrayList<>();
    for (JsonNode entry : siblings) {
      String path = entry.path("rfilename").asText();
      if (ObjectKeys.fault(path).isEmpty() && entry.path("size").canConvertToLong()) {
        JsonNode large = entry.path("lfs");
        String sha256 = large.path("sha256").asText(large.path("oid").asText(""));
        files.add(
            new HubFile(
                path,
                Math.max(0, entry.path("size").longValue()),
                Optional.of(sha256).filter(digest -> !digest.isEmpty()),
                Optional.ofNullable(entry.path("blobId").textValue())));
      }
    }
    return files;
  }
}
