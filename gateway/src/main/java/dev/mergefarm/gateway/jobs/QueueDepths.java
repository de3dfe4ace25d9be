package dev.mergefarm.gateway.jobs;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.kafka.TopicSettings;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * How many tickets no worker has finished with, by queue.
 *
 * @param tickets by kind; a kind that is absent is not known
 */
public record QueueDepths(Map<JobKind, Long> tickets) {

  /** Before the first look, and while the broker does not answer. */
  public static final QueueDepths UNKNOWN = new QueueDepths(Map.of());

  private static final long TIMEOUT_SECONDS = 10;

  public QueueDepths {
    tickets = Map.copyOf(tickets);
  }

  public OptionalLong of(JobKind kind) {
    Long depth = tickets.get(kind);
    return depth == null ? OptionalLong.empty() : OptionalLong.of(depth);
  }

  /**
   * Asks the broker for the lag of each share group; a group without members has none yet.
   *
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE}
   */
  static QueueDepths read(Admin admin, TopicSettings topics, List<JobKind> kinds) {
    Map<String, ListShareGroupOffsetsSpec> groups = new HashMap<>();
    kinds.forEach(kind -> groups.put(topics.group(kind), new ListShareGroupOffsetsSpec()));
    ListShareGroupOffsetsResult result = admin.listShareGroupOffsets(groups);
    Map<JobKind, Long> tickets = new EnumMap<>(JobKind.class);
    for (JobKind kind : kinds) {
      lag(result, topics.group(kind)).ifPresent(lag -> tickets.put(kind, lag));
    }
    return new QueueDepths(tickets);
  }

  private static OptionalLong lag(ListShareGroupOffsetsResult result, String group) {
    try {
      return OptionalLong.of(
          result
              .partitionsToOffsetInfo(group)
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .values()
              .stream()
              .mapToLong(QueueDepths::lag)
              .sum());
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof GroupIdNotFoundException) {
        return OptionalLong.empty();
      }
      throw unavailable(failure.getCause());
    } catch (TimeoutException late) {
      throw unavailable(late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unavailable(interrupted);
    }
  }

  private static long lag(SharePartitionOffsetInfo info) {
    return info == null ? 0 : Math.max(0, info.lag().orElse(0L));
  }

  private static MergefarmException unavailable(Throwable cause) {
    return new MergefarmException(
        ErrorCode.BROKER_UNAVAILABLE, "The queues' lengths could not be read: " + cause, cause);
  }
}
