package dev.mergefarm.jobs.kafka;

import dev.mergefarm.jobs.JobKind;
import java.time.Duration;

/**
 * Names and limits of the topics and share groups. All processes of a farm use the same.
 *
 * @param prefix start of every name; default {@code mergefarm}
 * @param eventPartitions partitions of the event topic when it is first made, 1 to 1000; default 8.
 *     Fixed from then on: a job's partition follows from its id
 * @param replicationFactor copies of every topic when it is first made; -1 for the broker's default
 * @param retention how long events and tickets are kept, at least an hour; default 90 days. Jobs
 *     that ended longer ago are forgotten
 * @param lockDuration how long a ticket stays with a silent worker; brokers allow 15 to 60 s unless
 *     told otherwise; default 30 s
 * @param deliveryLimit deliveries of one ticket after which the broker sets it aside, 5 to 10;
 *     default 10. Attempts are limited by the workers well before
 */
public record TopicSettings(
    String prefix,
    int eventPartitions,
    short replicationFactor,
    Duration retention,
    Duration lockDuration,
    int deliveryLimit) {

  /** What a farm has unless it is told otherwise. */
  public static final TopicSettings DEFAULT =
      new TopicSettings(
          "mergefarm", 8, (short) -1, Duration.ofDays(90), Duration.ofSeconds(30), 10);

  /** Largest record in bytes: a request of at most 1 MiB, or a result, with room to spare. */
  public static final int MAXIMUM_RECORD_BYTES = 8 << 20;

  public TopicSettings {
    require(prefix.matches("[a-z0-9][a-z0-9.-]{0,63}"), "prefix", prefix, "[a-z0-9][a-z0-9.-]*");
    require(
        eventPartitions >= 1 && eventPartitions <= 1000,
        "eventPartitions",
        eventPartitions,
        "1 to 1000");
    require(
        replicationFactor == -1 || replicationFactor >= 1,
        "replicationFactor",
        replicationFactor,
        "-1 or at least 1");
    require(retention.compareTo(Duration.ofHours(1)) >= 0, "retention", retention, "at least 1 h");
    require(lockDuration.isPositive(), "lockDuration", lockDuration, "above 0");
    require(deliveryLimit >= 5 && deliveryLimit <= 10, "deliveryLimit", deliveryLimit, "5 to 10");
  }

  /** The topic of all jobs' events. */
  public String events() {
    return prefix + ".events";
  }

  /** The topic of a kind's tickets. */
  public String queue(JobKind kind) {
    return prefix + ".queue." + kind.label();
  }

  /** The share group of a kind's workers. */
  public String group(JobKind kind) {
    return prefix + ".workers." + kind.label();
  }

  /**
   * The topic of tickets that were set aside, with the reason in their headers. Brokers set tickets
   * aside only on topics whose names begin like this, unless they are told otherwise.
   */
  public String deadLetters() {
    return "dlq." + prefix;
  }

  private static void require(boolean holds, String name, Object value, String permitted) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", permitted is " + permitted);
    }
  }
}
