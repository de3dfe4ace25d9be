package dev.mergefarm.merge;

import java.util.List;

/**
 * A model that was merged and published.
 *
 * @param prefix where it lies in the store, without a slash at the end
 * @param files names of all files below the prefix, the manifest last
 * @param tensors number of tensors in it
 * @param bytesWritten bytes of tensors in it
 * @param shardsKept how many of its shards an earlier attempt had published already
 * @param digest of the plan, as in the manifest
 * @param device what merged, and why that; empty when an earlier attempt had merged everything
 */
public record MergeResult(
    String prefix,
    List<String> files,
    long tensors,
    long bytesWritten,
    int shardsKept,
    String digest,
    String device) {

  public MergeResult {
    files = List.copyOf(files);
  }
}
