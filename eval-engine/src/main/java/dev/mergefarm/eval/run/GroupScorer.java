package dev.mergefarm.eval.run;

import dev.mergefarm.eval.EvaluationOutcome.GroupOutcome;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import dev.mergefarm.eval.metric.StandardErrors;
import dev.mergefarm.eval.task.GroupDefinition;
import dev.mergefarm.eval.task.TaskTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Aggregates tasks into groups. */
final class GroupScorer {

  private final Map<String, TaskOutcome> tasks = new HashMap<>();

  GroupScorer(List<TaskOutcome> outcomes) {
    outcomes.forEach(outcome -> tasks.put(outcome.name(), outcome));
  }

  /** The outcomes of all groups of a tree, children before parents. */
  List<GroupOutcome> score(TaskTree tree) {
    List<GroupOutcome> result = new ArrayList<>();
    if (tree instanceof TaskTree.Group group) {
      group.members().forEach(member -> result.addAll(score(member)));
      result.add(outcome(group));
    }
    return result;
  }

  private GroupOutcome outcome(TaskTree.Group group) {
    List<TaskOutcome> leaves = group.leaves().map(leaf -> tasks.get(leaf.name())).toList();
    List<MetricValue> metrics = new ArrayList<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (GroupDefinition.Aggregate aggregate : group.definition().aggregates()) {
      for (String filter : filters(aggregate, leaves)) {
        List<TaskOutcome> contributing =
            leaves.stream()
                .filter(leaf -> leaf.metric(aggregate.metric() + "," + filter).isPresent())
                .toList();
        if (!contributing.isEmpty()) {
          MetricValue value = value(aggregate, filter, contributing);
          metrics.add(value);
          counts.put(value.key(), contributing.stream().mapToInt(TaskOutcome::documents).sum());
        }
      }
    }
    List<TaskOutcome> direct = directTasks(group);
    return new GroupOutcome(
        group.name(),
        group.definition().alias(),
        group.definition().version(),
        fewShotCount(direct),
        leaves.stream().mapToInt(TaskOutcome::documents).sum(),
        group.members().stream().map(TaskTree::name).toList(),
        !group.definition().aggregates().isEmpty(),
        metrics,
        counts,
        directions(direct));
  }

  private List<TaskOutcome> directTasks(TaskTree.Group group) {
    return group.members().stream()
        .filter(TaskTree.Leaf.class::isInstance)
        .map(member -> tasks.get(member.name()))
        .toList();
  }

  private static OptionalInt fewShotCount(List<TaskOutcome> direct) {
    List<Integer> counts = direct.stream().map(TaskOutcome::fewShotCount).distinct().toList();
    return counts.size() == 1 ? OptionalInt.of(counts.getFirst()) : OptionalInt.empty();
  }

  private static Map<String, Optional<Boolean>> directions(List<TaskOutcome> direct) {
    Map<String, Optional<Boolean>> result = new LinkedHashMap<>();
    for (TaskOutcome task : direct) {
      task.higherIsBetter()
          .forEach(
              (metric, direction) ->
                  result.merge(
                      metric, direction, (a, b) -> Objects.equals(a, b) ? a : Optional.empty()));
    }
    return result;
  }

  private static List<String> filters(
      GroupDefinition.Aggregate aggregate, List<TaskOutcome> leaves) {
    if (!aggregate.filters().isEmpty()) {
      return aggregate.filters();
    }
    return leaves.stream()
        .flatMap(leaf -> leaf.metrics().stream())
        .filter(value -> value.metric().equals(aggregate.metric()))
        .map(MetricValue::filter)
        .distinct()
        .sorted()
        .toList();
  }

  private static MetricValue value(
      GroupDefinition.Aggregate aggregate, String filter, List<TaskOutcome> tasks) {
    double sum = 0;
    double weights = 0;
    double[] errors = new double[tasks.size()];
    int[] sizes = new int[tasks.size()];
    boolean complete = true;
    for (int i = 0; i < errors.length; i++) {
      TaskOutcome task = tasks.get(i);
      MetricValue value = task.metric(aggregate.metric() + "," + filter).orElseThrow();
      double weight = aggregate.weightBySize() ? task.documents() : 1;
      sum += value.value() * weight;
      weights += weight;
      sizes[i] = task.documents();
      errors[i] = value.standardError().orElse(0);
      complete &= value.standardError().isPresent();
    }
    return new MetricValue(
        aggregate.metric(),
        filter,
        sum / weights,
        complete
            ? OptionalDouble.of(StandardErrors.pooled(errors, sizes))
            : OptionalDouble.empty());
  }
}
