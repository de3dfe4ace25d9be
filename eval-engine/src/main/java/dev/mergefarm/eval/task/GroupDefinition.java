package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A group's own keys.
 *
 * @param name of the group
 * @param alias what tables show
 * @param version {@code metadata.version} as text; {@code N/A} without one
 * @param aggregates the scores to compute over all leaf tasks; empty for none
 */
public record GroupDefinition(
    String name, String alias, String version, List<Aggregate> aggregates) {

  /** Keys of a group file that are not overrides for its members. */
  static final Set<String> KEYS =
      Set.of("group", "group_alias", "task", "aggregate_metric_list", "metadata", "tag", "include");

  private static final Set<String> AGGREGATE_KEYS =
      Set.of("metric", "filter_list", "aggregation", "weight_by_size");

  /**
   * One score of a group.
   *
   * @param metric name
   * @param filters pipelines to aggregate; empty for every one that a member reports
   * @param weightBySize whether tasks count by their documents
   */
  public record Aggregate(String metric, List<String> filters, boolean weightBySize) {
    public Aggregate {
      filters = List.copyOf(filters);
    }
  }

  public GroupDefinition {
    aggregates = List.copyOf(aggregates);
  }

  static GroupDefinition read(
      String name, String file, Map<String, Object> keys, Problems problems) {
    Object alias = keys.get("group_alias");
    Object version = keys.get("metadata") instanceof Map<?, ?> map ? map.get("version") : null;
    return new GroupDefinition(
        name,
        alias == null ? name : alias.toString(),
        version == null ? "N/A" : version.toString(),
        aggregates(file, keys.get("aggregate_metric_list"), problems));
  }

  private static List<Aggregate> aggregates(String file, Object value, Problems problems) {
    List<?> entries =
        switch (value) {
          case null -> List.of();
          case List<?> list -> list;
          default -> List.of(value);
        };
    List<Aggregate> result = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      String path = file + ": aggregate_metric_list[" + i + "]";
      if (entries.get(i) instanceof Map<?, ?> entry && entry.get("metric") instanceof String name) {
        checkAggregate(path, entry, problems);
        result.add(
            new Aggregate(
                name,
                DefinitionHeader.texts(entry.get("filter_list")),
                !entry.containsKey("weight_by_size") || truthy(entry.get("weight_by_size"))));
      } else {
        problems.error(
            ErrorCode.INVALID_VALUE, path, "An entry must be a mapping with a metric's name.");
      }
    }
    return result;
  }

  private static void checkAggregate(String path, Map<?, ?> entry, Problems problems) {
    for (Object key : entry.keySet()) {
      if (!AGGREGATE_KEYS.contains(key.toString())) {
        problems.unknownName(
            ErrorCode.UNKNOWN_KEY,
            path,
            "Unknown key '" + key + "'.",
            key.toString(),
            AGGREGATE_KEYS);
      }
    }
    Object aggregation = entry.get("aggregation");
    if (aggregation != null && !"mean".equals(aggregation)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path + ".aggregation",
          "A group is aggregated by mean, not by '" + aggregation + "'.");
    }
  }

  /** Python's truth of a YAML scalar. */
  static boolean truthy(Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0;
      case String text -> !text.isEmpty();
      default -> true;
    };
  }
}
