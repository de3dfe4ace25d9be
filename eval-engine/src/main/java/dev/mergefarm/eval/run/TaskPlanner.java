package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.data.DatasetReader;
import dev.mergefarm.eval.fewshot.FewShotSampler;
import dev.mergefarm.eval.task.OutputType;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.task.TaskConfigReader;
import dev.mergefarm.eval.task.TaskFunctions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Makes the plan of one task: its documents, prompts and requests. */
final class TaskPlanner {

  private final EvaluationOptions options;
  private final DatasetReader reader;
  private final TaskFunctions functions;
  private final Problems problems;

  TaskPlanner(
      EvaluationOptions options, DatasetReader reader, TaskFunctions functions, Problems problems) {
    this.options = options;
    this.reader = reader;
    this.functions = functions;
    this.problems = problems;
  }

  /**
   * @return empty after a problem was noted
   */
  Optional<PlannedTask> plan(TaskConfig task) {
    if (runsPrograms(task) && !options.unsafeCodeConfirmed()) {
      problems.error(
          ErrorCode.UNSUPPORTED_TASK,
          task.name() + ".unsafe_code",
          "The task runs programs that the model wrote; the run must confirm that.");
      return Optional.empty();
    }
    if (HelperChecks.fail(task, functions, problems)) {
      return Optional.empty();
    }
    Optional<TaskDocuments> documents = TaskDocuments.open(task, reader, functions, problems);
    if (documents.isEmpty()) {
      return Optional.empty();
    }
    List<Map<String, Object>> split = documents.get().evaluated();
    int count = TaskConfigReader.fewShotCount(task, options.fewShotCount());
    List<Map<String, Object>> pool = count == 0 ? List.of() : documents.get().examples();
    if (split.isEmpty() || (count > 0 && pool.isEmpty())) {
      return Optional.empty();
    }
    return plan(task, split, pool, count);
  }

  private static boolean runsPrograms(TaskConfig task) {
    return task.unsafeCode()
        || task.scoring().metrics().stream()
            .anyMatch(use -> use.function().isEmpty() && use.name().equals("code_eval"));
  }

  private Optional<PlannedTask> plan(
      TaskConfig task, List<Map<String, Object>> split, List<Map<String, Object>> pool, int count) {
    DocumentProblems trouble = new DocumentProblems(task.name(), problems);
    FieldRenderer fields = new FieldRenderer(TaskDocuments.columns(split), functions);
    List<PlannedDocument> documents = render(task, split, fields, trouble);
    if (trouble.any()) {
      trouble.finish();
      return Optional.empty();
    }
    boolean hasChoices = task.format().choice().isPresent();
    boolean multipleInput = hasChoices && documents.getFirst().text() instanceof Long;
    boolean multipleTarget = documents.getFirst().target() instanceof List<?>;
    Map<String, Object> generation = generationSettings(task);
    RequestBuilder builder =
        new RequestBuilder(
            task,
            options,
            fields,
            multipleInput,
            Generation.of(
                task.name() + ".generation_kwargs",
                generation,
                options.seeds().generation(),
                problems),
            generation,
            trouble);
    List<PlannedRequest> requests = requests(task, documents, builder, pool, count);
    trouble.finish();
    if (trouble.any()) {
      return Optional.empty();
    }
    return Optional.of(
        new PlannedTask(
            task,
            count,
            split.size(),
            multipleInput,
            multipleTarget,
            documents,
            requests,
            settings(task, count, generation)));
  }

  private Map<String, Object> generationSettings(TaskConfig task) {
    Map<String, Object> result = new LinkedHashMap<>(task.scoring().generation());
    if (task.outputType() == OutputType.GENERATE_UNTIL) {
      result.putAll(options.generationOverrides());
    }
    return result;
  }

  private static Map<String, Object> settings(
      TaskConfig task, int count, Map<String, Object> generation) {
    Map<String, Object> result = new LinkedHashMap<>(task.keys());
    result.put("num_fewshot", (long) count);
    if (!generation.isEmpty()) {
      result.put("generation_kwargs", generation);
    }
    return result;
  }

  private List<PlannedDocument> render(
      TaskConfig task,
      List<Map<String, Object>> split,
      FieldRenderer fields,
      DocumentProblems trouble) {
    boolean hasChoices = task.format().choice().isPresent();
    List<PlannedDocument> result = new ArrayList<>();
    for (int index : chosen(task, split.size())) {
      Map<String, Object> document = split.get(index);
      Optional<List<Object>> choices =
          trouble.attempt(
              "doc_to_choice", index, () -> fields.choices(task.format().choice(), document));
      Optional<Optional<Object>> text =
          trouble.attempt(
              "doc_to_text",
              index,
              () -> Optional.ofNullable(fields.text(task.format().text(), document, hasChoices)));
      Optional<Optional<Object>> target =
          trouble.attempt(
              "doc_to_target",
              index,
              () ->
                  Optional.ofNullable(fields.target(task.format().target(), document, hasChoices)));
      if (choices.isPresent() && text.isPresent() && target.isPresent()) {
        result.add(
            new PlannedDocument(
                index,
                document,
                text.get().orElse(null),
                target.get().orElse(null),
                choices.get()));
      }
    }
    return result;
  }

  /** The indices of the documents to evaluate, ascending. */
  private Iterable<Integer> chosen(TaskConfig task, int size) {
    List<Integer> listed = options.samples().get(task.name());
    Set<Integer> result = new TreeSet<>();
    if (listed != null) {
      for (int index : listed) {
        if (index < 0 || index >= size) {
          problems.error(
              ErrorCode.INVALID_VALUE,
              task.name(),
              "Sample %d is not among the split's %d documents.".formatted(index, size));
        } else {
          result.add(index);
        }
      }
      return result;
    }
    int count = size;
    if (options.limit().isPresent()) {
      double limit = options.limit().getAsDouble();
      count = (int) Math.min(size, limit < 1 ? Math.ceil(size * limit) : Math.floor(limit));
    }
    for (int i = 0; i < count; i++) {
      result.add(i);
    }
    return result;
  }

  private List<PlannedRequest> requests(
      TaskConfig task,
      List<PlannedDocument> documents,
      RequestBuilder builder,
      List<Map<String, Object>> pool,
      int count) {
    FewShotSampler<Map<String, Object>> sampler =
        switch (task.fewShot().sampler()) {
          case DEFAULT -> new FewShotSampler.Random<>(pool, options.seeds().fewShot());
          case FIRST_N -> new FewShotSampler.First<>(pool);
        };
    // The evaluated document is left out by the reference's rule: it compares the two configured
    // names, so two absent ones count as the same split.
    boolean exclude = task.fewShot().split().equals(task.data().testSplit());
    List<PlannedRequest> result = new ArrayList<>();
    try {
      for (int i = 0; i < documents.size(); i++) {
        Optional<Map<String, Object>> excluded =
            exclude ? Optional.of(documents.get(i).fields()) : Optional.empty();
        result.addAll(builder.build(i, documents.get(i), sampler.sample(count, excluded)));
      }
    } catch (IllegalArgumentException e) {
      problems.error(ErrorCode.INVALID_VALUE, task.name() + ".num_fewshot", e.getMessage() + ".");
    }
    return result;
  }
}
