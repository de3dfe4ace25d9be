package dev.mergefarm.eval.result;

import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.GroupOutcome;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The results of a run as one JSON object in the reference program's layout. */
public final class ResultsFile {

  private ResultsFile() {}

  /** The whole file. */
  public static String json(EvaluationOutcome outcome, RunDescription run) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("results", results(outcome));
    Map<String, Object> groups = new LinkedHashMap<>();
    outcome.groups().stream()
        .filter(GroupOutcome::aggregated)
        .forEach(group -> groups.put(group.name(), group(group)));
    if (!groups.isEmpty()) {
      root.put("groups", groups);
    }
    root.put("group_subtasks", members(outcome));
    root.put("configs", configurations(outcome));
    root.put("versions", versions(outcome));
    root.put("n-shot", fewShotCounts(outcome));
    root.put("higher_is_better", directions(outcome));
    root.put("n-samples", sampleCounts(outcome));
    root.put("config", configuration(run));
    root.put("date", run.started().toEpochMilli() / 1000.0);
    root.put("mergefarm_version", run.version());
    root.put("max_length", run.maximumLength());
    Map<String, Object> hashes = new LinkedHashMap<>();
    outcome.tasks().forEach(task -> hashes.put(task.name(), Hashes.ofTask(task.samples())));
    root.put("task_hashes", hashes);
    root.put("model_source", "mergefarm");
    root.put("model_name", run.model());
    root.put("model_name_sanitized", sanitized(run.model()));
    root.put("system_instruction", run.options().systemInstruction());
    root.put("system_instruction_sha", run.options().systemInstruction().map(Hashes::hash));
    root.put("fewshot_as_multiturn", run.options().fewShotAsMultiturn());
    root.put("chat_template", run.chatTemplate());
    root.put("chat_template_sha", run.chatTemplate().map(Hashes::hash));
    root.put("total_evaluation_time_seconds", Double.toString(run.elapsed().toMillis() / 1000.0));
    return PythonJson.indented(root) + "\n";
  }

  /** A model's name as part of a file's name. */
  public static String sanitized(String model) {
    return model.replaceAll("[\"<>:/\\\\|?*\\[\\]]+", "__");
  }

  private static Map<String, Object> results(EvaluationOutcome outcome) {
    Map<String, Object> results = new LinkedHashMap<>();
    for (TaskOutcome task : outcome.tasks()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", task.name());
      entry.put("alias", task.alias());
      entry.put("sample_len", task.documents());
      metrics(entry, task.metrics());
      results.put(task.name(), entry);
    }
    outcome.groups().forEach(group -> results.put(group.name(), group(group)));
    return results;
  }

  private static Map<String, Object> group(GroupOutcome group) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("alias", group.alias());
    entry.put("name", group.name());
    if (group.aggregated()) {
      entry.put("sample_len", group.documents());
      metrics(entry, group.metrics());
      entry.put("sample_count", group.sampleCount());
    }
    return entry;
  }

  private static void metrics(Map<String, Object> entry, List<MetricValue> metrics) {
    for (MetricValue metric : metrics) {
      entry.put(metric.key(), metric.value());
      entry.put(metric.standardErrorKey(), error(metric.standardError()));
    }
  }

  private static Object error(OptionalDouble error) {
    return error.isPresent() ? (Object) error.getAsDouble() : "N/A";
  }

  private static Map<String, Object> members(EvaluationOutcome outcome) {
    Map<String, Object> result = new LinkedHashMap<>();
    outcome.groups().reversed().forEach(group -> result.put(group.name(), group.members()));
    return result;
  }

  private static Map<String, Object> configurations(EvaluationOutcome outcome) {
    Map<String, Object> result = new TreeMap<>();
    outcome.tasks().forEach(task -> result.put(task.name(), task.configuration()));
    return result;
  }

  private static Map<String, Object> versions(EvaluationOutcome outcome) {
    Map<String, Object> result = new TreeMap<>();
    outcome.tasks().forEach(task -> result.put(task.name(), task.version()));
    outcome.groups().forEach(group -> result.put(group.name(), group.version()));
    return result;
  }

  private static Map<String, Object> fewShotCounts(EvaluationOutcome outcome) {
    Map<String, Object> result = new TreeMap<>();
    outcome.tasks().forEach(task -> result.put(task.name(), task.fewShotCount()));
    outcome
        .groups()
        .forEach(group -> group.fewShotCount().ifPresent(count -> result.put(group.name(), count)));
    return result;
  }

  private static Map<String, Object> directions(EvaluationOutcome outcome) {
    Map<String, Object> result = new TreeMap<>();
    outcome.tasks().forEach(task -> result.put(task.name(), task.higherIsBetter()));
    outcome.groups().stream()
        .filter(group -> !group.higherIsBetter().isEmpty())
        .forEach(group -> result.put(group.name(), group.higherIsBetter()));
    return result;
  }

  private static Map<String, Object> sampleCounts(EvaluationOutcome outcome) {
    Map<String, Object> result = new LinkedHashMap<>();
    for (TaskOutcome task : outcome.tasks()) {
      Map<String, Object> counts = new LinkedHashMap<>();
      counts.put("original", task.splitSize());
      counts.put("effective", task.documents());
      result.put(task.name(), counts);
    }
    return result;
  }

  private static Map<String, Object> configuration(RunDescription run) {
    EvaluationOptions options = run.options();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", run.model());
    result.put("model_args", run.modelArguments());
    result.put(
        "limit", options.limit().isPresent() ? options.limit().getAsDouble() : (Object) null);
    result.put("bootstrap_iters", options.bootstrapIterations());
    result.put("gen_kwargs", options.generationOverrides());
    result.put("random_seed", options.seeds().python());
    result.put("torch_seed", options.seeds().generation());
    result.put("fewshot_seed", options.seeds().fewShot());
    return result;
  }
}
