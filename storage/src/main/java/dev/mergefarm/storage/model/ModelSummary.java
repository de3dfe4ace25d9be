package dev.mergefarm.storage.model;

import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.tensor.DataType;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What can be said of a model without reading its weights.
 *
 * @param name as jobs name it, such as {@code models/org/name}
 * @param architecture first of the config's {@code architectures}
 * @param parameters elements over all tensors; 0 when the weights cannot be read
 * @param tensors how many there are; 0 when the weights cannot be read
 * @param dataTypes element types found
 * @param bytes over all files
 * @param files with names relative to the model's folder, in key order
 * @param manifest whether the farm wrote it and vouches for its digests
 * @param problems what is wrong with it, such as a truncated file; empty for a sound model
 */
public record ModelSummary(
    String name,
    Optional<String> architecture,
    long parameters,
    long tensors,
    SortedSet<DataType> dataTypes,
    long bytes,
    List<ObjectInfo> files,
    boolean manifest,
    List<Problem> problems) {

  public ModelSummary {
    dataTypes = Collections.unmodifiableSortedSet(new TreeSet<>(dataTypes));
    files = List.copyOf(files);
    problems = List.copyOf(problems);
  }
}
