package dev.mergefarm.jobs.table;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which jobs a list holds: terms joined by {@code AND}, such as {@code state = RUNNING AND
 * labels.team != "x"}. Fields are {@code state}, {@code kind} and {@code labels.NAME}; a label that
 * a job lacks equals nothing, so {@code !=} holds for it.
 */
public final class JobFilter {

  /** Longest filter in characters. */
  public static final int MAXIMUM_LENGTH = 4096;

  private static final Pattern TERM =
      Pattern.compile(
          "\\s*([A-Za-z_][\\w.\\-/]*)\\s*(=|!=)\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([\\w.\\-/]+))\\s*");
  private static final Pattern AND = Pattern.compile("AND\\b");
  private static final String LABELS = "labels.";

  private final String text;
  private final Predicate<JobView> condition;

  private JobFilter(String text, Predicate<JobView> condition) {
    this.text = text;
    this.condition = condition;
  }

  /**
   * @param text empty for all jobs
   * @throws MergefarmException with {@code INVALID_FILTER} and every problem found
   */
  public static JobFilter parse(String text) {
    Problems problems = new Problems();
    List<Predicate<JobView>> terms = new ArrayList<>();
    if (text.length() > MAXIMUM_LENGTH) {
      problems.error(
          ErrorCode.INVALID_FILTER,
          "filter",
          "The filter has " + text.length() + " characters; at most " + MAXIMUM_LENGTH + " are.");
    } else if (!text.isBlank()) {
      parseTerms(text, terms, problems);
    }
    problems.throwIfErrors();
    return new JobFilter(
        text.strip(), job -> terms.stream().allMatch(condition -> condition.test(job)));
  }

  /** The same filter over one tenant's jobs alone. */
  public JobFilter ofTenant(String tenant) {
    return new JobFilter(text, condition.and(job -> job.origin().tenant().equals(tenant)));
  }

  public boolean matches(JobView job) {
    return condition.test(job);
  }

  String text() {
    return text;
  }

  private static void parseTerms(String text, List<Predicate<JobView>> terms, Problems problems) {
    Matcher term = TERM.matcher(text);
    int position = 0;
    while (true) {
      if (!term.region(position, text.length()).lookingAt()) {
        syntax(problems, text, position, "a term such as state = RUNNING");
        return;
      }
      term(term, problems).ifPresent(terms::add);
      position = term.end();
      if (position == text.length()) {
        return;
      }
      Matcher and = AND.matcher(text).region(position, text.length());
      if (!and.lookingAt()) {
        syntax(problems, text, position, "AND");
        return;
      }
      position = and.end();
    }
  }

  private static Optional<Predicate<JobView>> term(Matcher term, Problems problems) {
    String field = term.group(1);
    boolean wanted = term.group(2).equals("=");
    String value =
        term.group(3) != null ? term.group(3).replaceAll("\\\\(.)", "$1") : term.group(4);
    if (field.equals("state")) {
      return constant(JobState.values(), value, "state", problems)
          .map(state -> job -> (job.state() == state) == wanted);
    }
    if (field.equals("kind")) {
      return constant(JobKind.values(), value, "kind", problems)
          .map(kind -> job -> (job.kind() == kind) == wanted);
    }
    if (field.startsWith(LABELS) && field.length() > LABELS.length()) {
      String label = field.substring(LABELS.length());
      return Optional.of(job -> value.equals(job.origin().labels().get(label)) == wanted);
    }
    problems.unknownName(
        ErrorCode.INVALID_FILTER,
        "filter",
        "Jobs have no field '" + field + "' to filter by.",
        field,
        List.of("state", "kind", "labels"));
    return Optional.empty();
  }

  private static <T extends Enum<T>> Optional<T> constant(
      T[] constants, String value, String field, Problems problems) {
    Optional<T> found =
        Arrays.stream(constants).filter(constant -> constant.name().equals(value)).findFirst();
    if (found.isEmpty()) {
      problems.unknownName(
          ErrorCode.INVALID_FILTER,
          "filter",
          "There is no " + field + " '" + value + "'.",
          value,
          Arrays.stream(constants).map(Enum::name).toList());
    }
    return found;
  }

  private static void syntax(Problems problems, String text, int position, String expected) {
    int end = Math.min(text.length(), position + 30);
    problems.error(
        ErrorCode.INVALID_FILTER,
        "filter",
        "Expected "
            + expected
            + " at character "
            + (position + 1)
            + ", found '"
            + text.substring(position, end)
            + "'.");
  }
}
