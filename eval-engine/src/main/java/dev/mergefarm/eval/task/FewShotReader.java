package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code num_fewshot}, {@code fewshot_split} and {@code fewshot_config}. */
final class FewShotReader {

  private static final Set<String> KEYS =
      Set.of(
          "sampler",
          "split",
          "samples",
          "process_docs",
          "fewshot_indices",
          "doc_to_text",
          "doc_to_choice",
          "doc_to_target",
          "gen_prefix",
          "fewshot_delimiter",
          "target_delimiter");

  private final TaskTree.Leaf leaf;
  private final KeyReader task;
  private final KeyReader keys;
  private final Problems problems;

  FewShotReader(TaskTree.Leaf leaf, KeyReader task, Problems problems) {
    this.leaf = leaf;
    this.task = task;
    this.problems = problems;
    this.keys = new KeyReader(task.path("fewshot_config"), task.map("fewshot_config"), problems);
  }

  TaskConfig.FewShot read(TaskConfig.Format format) {
    keys.refuseUnknown(KEYS);
    if (keys.keys().get("fewshot_indices") != null) {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          keys.path("fewshot_indices"),
          "'fewshot_indices' has no effect, as in the reference program.");
    }
    boolean fromFunction = keys.keys().get("samples") instanceof FunctionReference;
    return new TaskConfig.FewShot(
        task.count("num_fewshot"),
        sampler(),
        keys.text("split").or(() -> task.text("fewshot_split")),
        fromFunction || keys.keys().get("samples") == null
            ? Optional.empty()
            : Optional.of(samples()),
        fromFunction ? keys.function("samples") : Optional.empty(),
        keys.function("process_docs").or(() -> task.function("process_docs")),
        exampleFormat(format));
  }

  private TaskConfig.Format exampleFormat(TaskConfig.Format format) {
    return new TaskConfig.Format(
        keys.field("doc_to_text").or(format.text()),
        keys.field("doc_to_target").or(format.target()),
        keys.field("doc_to_choice").or(format.choice()),
        keys.text("gen_prefix").or(format::generationPrefix),
        format.description(),
        keys.text("target_delimiter").orElse(format.targetDelimiter()),
        keys.text("fewshot_delimiter").orElse(format.exampleDelimiter()));
  }

  private TaskConfig.Sampler sampler() {
    Object value = keys.keys().get("sampler");
    if (value instanceof FunctionReference reference) {
      problems.error(
          ErrorCode.UNSUPPORTED_TASK,
          keys.path("sampler"),
          "A sampler class (" + reference + ") is not supported; use 'default' or 'first_n'.");
      return TaskConfig.Sampler.DEFAULT;
    }
    String name = keys.text("sampler").orElse("default");
    return switch (name) {
      case "default" -> TaskConfig.Sampler.DEFAULT;
      case "first_n" -> TaskConfig.Sampler.FIRST_N;
      default -> {
        problems.unknownName(
            ErrorCode.UNKNOWN_FILTER,
            keys.path("sampler"),
            "No sampler is named '" + name + "'.",
            name,
            List.of("default", "first_n"));
        yield TaskConfig.Sampler.DEFAULT;
      }
    };
  }

  private List<Map<String, Object>> samples() {
    List<Map<String, Object>> result = new ArrayList<>();
    for (Object item : keys.list("samples")) {
      if (item instanceof Map<?, ?> map) {
        Map<String, Object> document = new LinkedHashMap<>();
        map.forEach((key, value) -> document.put(key.toString(), value));
        result.add(document);
      } else {
        problems.error(
            ErrorCode.INVALID_VALUE,
            keys.path("samples"),
            "Every sample of " + leaf.name() + " must be a mapping, not " + item + ".");
      }
    }
    return result;
  }
}
