package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Turns the keys of a task into a checked {@link TaskConfig}, collecting everything wrong. */
public final class TaskConfigReader {

  private static final Set<String> KEYS =
      Set.of(
          "task",
          "task_alias",
          "dataset_path",
          "dataset_name",
          "dataset_kwargs",
          "custom_dataset",
          "training_split",
          "validation_split",
          "test_split",
          "fewshot_split",
          "process_docs",
          "doc_to_text",
          "doc_to_target",
          "doc_to_choice",
          "doc_to_image",
          "doc_to_audio",
          "unsafe_code",
          "process_results",
          "use_prompt",
          "description",
          "target_delimiter",
          "fewshot_delimiter",
          "fewshot_config",
          "num_fewshot",
          "metric_list",
          "output_type",
          "generation_kwargs",
          "repeats",
          "filter_list",
          "should_decontaminate",
          "doc_to_decontamination_query",
          "gen_prefix",
          "metadata");

  private final TaskTree.Leaf leaf;
  private final Problems problems;
  private final KeyReader keys;

  private TaskConfigReader(TaskTree.Leaf leaf, Problems problems) {
    this.leaf = leaf;
    this.problems = problems;
    this.keys = new KeyReader(leaf.name(), leaf.keys(), problems);
  }

  /**
   * @param problems receives what is wrong; the result is usable only if it then holds no errors
   */
  public static TaskConfig read(TaskTree.Leaf leaf, Problems problems) {
    return new TaskConfigReader(leaf, problems).read();
  }

  private TaskConfig read() {
    keys.refuseUnknown(KEYS);
    refuseUnsupported();
    OutputType type = outputType();
    TaskConfig.Format format = format();
    checkFields(type, format);
    Object version = leaf.keys().get("metadata") instanceof Map<?, ?> m ? m.get("version") : null;
    return new TaskConfig(
        leaf.name(),
        keys.text("task_alias").orElse(leaf.name()),
        version == null ? "Yaml" : version,
        leaf.file(),
        type,
        data(),
        format,
        new FewShotReader(leaf, keys, problems).read(format),
        new ScoringReader(leaf, keys, problems).read(type, format.exampleDelimiter()),
        keys.truth("unsafe_code"),
        ConfigKeys.withDefaults(leaf.keys(), type, format));
  }

  private void refuseUnsupported() {
    Map<String, String> reasons = new LinkedHashMap<>();
    reasons.put("use_prompt", "Prompt libraries are not supported; write the prompt out.");
    reasons.put("doc_to_image", "Images are not supported.");
    reasons.put("doc_to_audio", "Audio is not supported.");
    reasons.forEach(
        (key, reason) -> {
          if (leaf.keys().get(key) != null) {
            problems.error(ErrorCode.UNSUPPORTED_TASK, keys.path(key), reason);
          }
        });
    if (keys.truth("should_decontaminate")) {
      problems.error(
          ErrorCode.UNSUPPORTED_TASK,
          keys.path("should_decontaminate"),
          "Decontamination is not supported; remove the key, scores do not depend on it.");
    }
  }

  private OutputType outputType() {
    String key = keys.text("output_type").orElse(OutputType.GENERATE_UNTIL.key());
    Optional<OutputType> type = OutputType.find(key);
    if (type.isEmpty()) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          keys.path("output_type"),
          "No output type is named '%s'; known are %s.".formatted(key, OutputType.keys()),
          key,
          OutputType.keys());
    }
    return type.orElse(OutputType.GENERATE_UNTIL);
  }

  private TaskConfig.Format format() {
    return new TaskConfig.Format(
        keys.field("doc_to_text"),
        keys.field("doc_to_target"),
        keys.field("doc_to_choice"),
        keys.text("gen_prefix"),
        keys.text("description").orElse(""),
        keys.text("target_delimiter").orElse(" "),
        keys.text("fewshot_delimiter").orElse("\n\n"));
  }

  private void checkFields(OutputType type, TaskConfig.Format format) {
    require("doc_to_text", format.text());
    if (leaf.keys().get("process_results") == null || type != OutputType.GENERATE_UNTIL) {
      require("doc_to_target", format.target());
    }
    if (type == OutputType.MULTIPLE_CHOICE) {
      require("doc_to_choice", format.choice());
    }
    if (format.text() instanceof Field.Values) {
      problems.error(
          ErrorCode.INVALID_VALUE, keys.path("doc_to_text"), "A list cannot be a prompt.");
    }
    if (format.choice() instanceof Field.Values(List<Object> items) && items.isEmpty()) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          keys.path("doc_to_choice"),
          "There must be at least one choice.");
    }
  }

  private void require(String key, Field field) {
    if (!field.isPresent()) {
      problems.error(ErrorCode.MISSING_KEY, keys.path(key), "A task needs '" + key + "'.");
    }
  }

  private TaskConfig.Data data() {
    Optional<FunctionReference> custom = keys.function("custom_dataset");
    Optional<String> path = keys.text("dataset_path");
    if (path.isEmpty() && custom.isEmpty()) {
      problems.error(
          ErrorCode.MISSING_KEY, keys.path("dataset_path"), "A task needs 'dataset_path'.");
    }
    TaskConfig.Data data =
        new TaskConfig.Data(
            path.orElse(""),
            keys.text("dataset_name"),
            keys.map("dataset_kwargs"),
            custom,
            keys.map("metadata"),
            keys.text("training_split"),
            keys.text("validation_split"),
            keys.text("test_split"),
            keys.function("process_docs"));
    if (data.evaluatedSplit().isEmpty()) {
      problems.error(
          ErrorCode.MISSING_KEY,
          keys.path("test_split"),
          "A task needs 'test_split' or 'validation_split' to say what is evaluated.");
    }
    return data;
  }

  /** The number of examples a run gives a task. */
  public static int fewShotCount(TaskConfig task, OptionalInt override) {
    OptionalInt own = task.fewShot().count();
    boolean fixed = own.isPresent() && own.getAsInt() == 0;
    return override.isPresent() && !fixed ? override.getAsInt() : own.orElse(0);
  }
}
