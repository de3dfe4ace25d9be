package dev.mergefarm.storage.hub;

import java.util.List;
import java.util.Optional;

/**
 * A model at one commit.
 *
 * @param repository such as {@code org/name}
 * @param commit what the revision stood for when it was asked
 * @param files in the hub's order
 */
public record HubModel(String repository, String commit, List<HubFile> files) {

  /**
   * One file.
   *
   * @param path within the repository
   * @param size in bytes
   * @param sha256 of its content, for large files
   * @param blob Git's digest of its content, for small ones
   */
  public record HubFile(String path, long size, Optional<String> sha256, Optional<String> blob) {

    /** Whether an entity tag may belong to this content. */
    boolean matches(String entityTag) {
      return sha256.or(() -> blob).map(entityTag::equals).orElse(true);
    }
  }

  public HubModel {
    files = List.copyOf(files);
  }

  /** Where it is, for people and manifests. */
  public String origin() {
    return "hub:" + repository + "@" + commit;
  }
}
