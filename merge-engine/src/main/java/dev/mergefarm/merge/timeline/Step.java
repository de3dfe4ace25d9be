package dev.mergefarm.merge.timeline;

/** What is done with a stretch of a tensor, in order. On the CPU engine two of them are told. */
public enum Step {
  READ("read"),
  TO_DEVICE("to device"),
  COMPUTE("compute"),
  FROM_DEVICE("from device"),
  WRITE("write");

  private final String label;

  Step(String label) {
    this.label = label;
  }

  /** For people. */
  public String label() {
    return label;
  }
}
