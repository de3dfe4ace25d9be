package dev.mergefarm.gateway.request;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobKind;
import dev.mergefarm.proto.v1.JobState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which jobs a list holds: terms such as {@code state = RUNNING}, {@code kind != MERGE} and {@code
 * labels.team = "x"}, joined by AND. A label that a job does not have equals the empty text.
 *
 * @param text the filter as it was given
 * @param terms all must hold
 */
public record JobFilter(String text, List<Term> terms) implements Predicate<Job> {

  private static final String STATE_PREFIX = "JOB_STATE_";
  private static final String KIND_PREFIX = "JOB_KIND_";
  private static final List<String> FIELDS = List.of("state", "kind", "labels.KEY");

  /**
   * One comparison.
   *
   * @param field what is compared
   * @param equal whether it must equal the value, or must not
   * @param value upper-case name of a state or kind, or a label's value
   */
  public record Term(Field field, boolean equal, String value) {

    boolean holds(Job job) {
      return field.of(job).equals(value) == equal;
    }
  }

  /** A part of a job that a term can name. */
  public sealed interface Field {

    String of(Job job);

    /** The job's state without its prefix. */
    record State() implements Field {
      @Override
      public String of(Job job) {
        return job.getState().name().substring(STATE_PREFIX.length());
      }
    }

    /** The job's kind without its prefix. */
    record Kind() implements Field {
      @Override
      public String of(Job job) {
        return job.getKind().name().substring(KIND_PREFIX.length());
      }
    }

    /** One of the job's labels. */
    record Label(String key) implements Field {
      @Override
      public String of(Job job) {
        return job.getLabelsOrDefault(key, "");
      }
    }
  }

  public JobFilter {
    terms = List.copyOf(terms);
  }

  @Override
  public boolean test(Job job) {
    return terms.stream().allMatch(term -> term.holds(job));
  }

  /**
   * Reads a filter.
   *
   * @return the filter; meaningless when problems were added
   */
  public static JobFilter parse(Problems problems, String path, String text) {
    RequestChecks.characters(problems, path, text, Limits.FILTER_CHARACTERS);
    List<Term> terms = new ArrayList<>();
    try {
      FilterTokens tokens = new FilterTokens(text);
      while (!tokens.atEnd()) {
        if (tokens.consumed() > 0) {
          tokens.expectAnd();
        }
        term(problems, path, tokens, terms);
      }
    } catch (MergefarmException malformed) {
      problems.error(malformed.code(), path, malformed.getMessage());
    }
    return new JobFilter(text, terms);
  }

  private static void term(Problems problems, String path, FilterTokens tokens, List<Term> terms) {
    String name = tokens.word("a field's name");
    boolean equal = tokens.operator();
    String value = tokens.word("a value");
    if (name.equals("state")) {
      constant(problems, path, value, names(JobState.values(), STATE_PREFIX));
      terms.add(new Term(new Field.State(), equal, value));
    } else if (name.equals("kind")) {
      constant(problems, path, value, names(JobKind.values(), KIND_PREFIX));
      terms.add(new Term(new Field.Kind(), equal, value));
    } else if (name.startsWith("labels.") && name.length() > "labels.".length()) {
      terms.add(new Term(new Field.Label(name.substring("labels.".length())), equal, value));
    } else {
      problems.unknownName(
          ErrorCode.INVALID_FILTER,
          path,
          "Unknown field '" + name + "'; known are state, kind and labels.KEY.",
          name,
          FIELDS);
    }
  }

  private static void constant(Problems problems, String path, String value, List<String> known) {
    if (!known.contains(value)) {
      problems.unknownName(
          ErrorCode.INVALID_FILTER,
          path,
          "Unknown value '" + value + "'; known are " + String.join(", ", known) + ".",
          value,
          known);
    }
  }

  private static List<String> names(Enum<?>[] constants, String prefix) {
    return Arrays.stream(constants)
        .map(constant -> constant.name())
        .filter(name -> name.startsWith(prefix) && !name.endsWith("_UNSPECIFIED"))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }
}
