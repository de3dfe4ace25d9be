package dev.mergefarm.merge.plan;

/** What a merge of single files does with a tensor that not every file has. */
public enum MissingTensors {
  /** It is an error. */
  REFUSE,
  /** The tensor is left out. */
  LEAVE_OUT,
  /** The files that have it are merged. */
  MERGE_THE_REST
}
