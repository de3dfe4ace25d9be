package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.method.TensorMerge;

/**
 * One merge to compare.
 *
 * @param name what is particular about it, for people
 */
public record MergeCase(String name, TensorMerge merge) {

  @Override
  public String toString() {
    return name;
  }
}
