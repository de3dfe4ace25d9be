package dev.mergefarm.gateway.request;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.proto.v1.EvaluationOptions;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.MergeOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Holds each part of a request against its stated limits. Checks add what they find to the given
 * {@link Problems} and never throw, so that one answer lists everything.
 */
public final class RequestChecks {

  private static final List<String> COMPATIBILITIES = List.of("strict", "mergekit");
  private static final List<String> NUMBER_FORMATS = List.of("float32", "bfloat16");
  private static final String PRINTABLE = "[\\x20-\\x7e]*";
  private static final String MODEL_NAME = "models(/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){1,4}";
  private static final String DEVICE = "auto|cpu|cuda(:\\d{1,3})?";

  private RequestChecks() {}

  /** A recipe's presence and size; its content is the merge engine's to check. */
  public static void recipe(Problems problems, String path, String recipe) {
    if (recipe.isBlank()) {
      problems.error(ErrorCode.MISSING_KEY, path, "The recipe is empty.");
    } else {
      size(problems, path, "The recipe", bytes(recipe), Limits.RECIPE_BYTES);
    }
  }

  public static void mergeOptions(Problems problems, String path, MergeOptions options) {
    oneOf(problems, path + ".compat", options.getCompat(), COMPATIBILITIES);
    notNegative(problems, path + ".shard_bytes", options.getShardBytes());
    String device = options.getDevice();
    if (!device.isEmpty() && !device.matches(DEVICE)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path + ".device",
          "The device must be auto, cpu, cuda or cuda:N, found '" + device + "'.");
    }
  }

  /** An evaluation's own fields; its recipe, model and task texts are the engines' to check. */
  public static void evaluation(Problems problems, String path, EvaluationRequest request) {
    switch (request.getSubjectCase()) {
      case MODEL -> reference(problems, path + ".model", request.getModel());
      case RECIPE -> recipe(problems, path + ".recipe", request.getRecipe());
      case REMOTE -> RemoteChecks.remote(problems, path + ".remote", request.getRemote());
      case SUBJECT_NOT_SET ->
          problems.error(
              ErrorCode.MISSING_KEY,
              path,
              "Either a model, a recipe or a remote model must be given to score.");
    }
    if (request.getTasksCount() == 0) {
      problems.error(ErrorCode.MISSING_KEY, path + ".tasks", "At least one task must be named.");
    }
    count(problems, path + ".tasks", request.getTasksCount(), Limits.NAMES);
    count(problems, path + ".task_bundles", request.getTaskBundlesCount(), Limits.NAMES);
    long taskBytes = 0;
    for (Map.Entry<String, String> file : request.getTaskFilesMap().entrySet()) {
      taskBytes += bytes(file.getKey()) + bytes(file.getValue());
    }
    size(problems, path + ".task_files", "The task files", taskBytes, Limits.TASK_FILE_BYTES);
    evaluationOptions(problems, path + ".options", request.getOptions());
  }

  private static void evaluationOptions(Problems problems, String path, EvaluationOptions options) {
    notNegative(problems, path + ".num_fewshot", options.getNumFewshot());
    notNegative(problems, path + ".limit", options.getLimit());
    notNegative(problems, path + ".batch_size", options.getBatchSize());
    oneOf(problems, path + ".dtype", options.getDtype(), NUMBER_FORMATS);
  }

  public static void requestId(Problems problems, String path, String requestId) {
    characters(problems, path, requestId, Limits.REQUEST_ID_CHARACTERS);
    if (!requestId.matches(PRINTABLE)) {
      problems.error(
          ErrorCode.INVALID_VALUE, path, "A request id holds printable ASCII characters only.");
    }
  }

  public static void labels(Problems problems, String path, Map<String, String> labels) {
    count(problems, path, labels.size(), Limits.LABELS);
    labels.forEach(
        (key, value) -> {
          String at = path + "[" + key + "]";
          if (key.isEmpty()) {
            problems.error(ErrorCode.INVALID_VALUE, at, "A label's key must not be empty.");
          }
          characters(problems, at, key, Limits.LABEL_CHARACTERS);
          characters(problems, at, value, Limits.LABEL_CHARACTERS);
        });
  }

  /** A reference of a model or task bundle that must be given. */
  public static void reference(Problems problems, String path, String reference) {
    if (reference.isBlank()) {
      problems.error(ErrorCode.MISSING_KEY, path, "A reference such as `models/name` is missing.");
    }
    characters(problems, path, reference, Limits.REFERENCE_CHARACTERS);
  }

  /** Where a merge writes its model: empty for the default, else a name in the farm's store. */
  public static void output(Problems problems, String path, String reference) {
    characters(problems, path, reference, Limits.REFERENCE_CHARACTERS);
    if (!reference.isEmpty() && !reference.matches(MODEL_NAME)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "Must be `models/` and a name of letters, digits, '.', '_', '-' and '/', found '"
              + reference
              + "'.");
    }
  }

  public static void identifier(Problems problems, String path, String identifier) {
    if (identifier.isBlank()) {
      problems.error(ErrorCode.MISSING_KEY, path, "The job's id is missing.");
    }
    characters(problems, path, identifier, Limits.REFERENCE_CHARACTERS);
  }

  public static void pageSize(Problems problems, String path, int pageSize) {
    if (pageSize < 0 || pageSize > Limits.PAGE_SIZE) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "A page has 1 to "
              + Limits.PAGE_SIZE
              + " entries (0: the default), found "
              + pageSize
              + ".");
    }
  }

  public static void characters(Problems problems, String path, String text, int limit) {
    int found = text.codePointCount(0, text.length());
    if (found > limit) {
      problems.error(
          ErrorCode.REQUEST_LIMIT,
          path,
          "At most " + limit + " characters are allowed, found " + found + ".");
    }
  }

  private static void count(Problems problems, String path, int found, int limit) {
    if (found > limit) {
      problems.error(
          ErrorCode.REQUEST_LIMIT,
          path,
          "At most " + limit + " entries are allowed, found " + found + ".");
    }
  }

  private static void size(Problems problems, String path, String what, long found, long limit) {
    if (found > limit) {
      problems.error(
          ErrorCode.REQUEST_LIMIT,
          path,
          what + " may have at most " + limit + " bytes, found " + found + ".");
    }
  }

  private static void oneOf(Problems problems, String path, String value, List<String> allowed) {
    if (!value.isEmpty() && !allowed.contains(value)) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          path,
          "Allowed are " + String.join(" and ", allowed) + ", found '" + value + "'.",
          value,
          allowed);
    }
  }

  public static void notNegative(Problems problems, String path, long value) {
    if (value < 0) {
      problems.error(ErrorCode.INVALID_VALUE, path, "Must be 0 or more, found " + value + ".");
    }
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
