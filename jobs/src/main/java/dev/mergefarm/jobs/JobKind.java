package dev.mergefarm.jobs;

/** What kind of work a job is; each kind has a queue of its own. */
public enum JobKind {
  MERGE("merge"),
  EVALUATION("evaluation");

  private final String label;

  JobKind(String label) {
    this.label = label;
  }

  /** The kind in lower case, as in topic names, metrics and texts for people. */
  public String label() {
    return label;
  }
}
