package dev.mergefarm.jobs.kafka;

/**
 * Where a record stands on a topic.
 *
 * @param partition counts from 0
 * @param offset counts from 0
 */
public record Position(int partition, long offset) {

  public Position {
    if (partition < 0 || offset < 0) {
      throw new IllegalArgumentException("partition and offset must not be negative");
    }
  }

  /** As in logs and in an attempt's ticket: {@code partition-offset}. */
  public String text() {
    return partition + "-" + offset;
  }
}
