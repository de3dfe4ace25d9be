package dev.mergefarm.common;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Collects every problem of an input before anything is thrown, so that a user mends a document in
 * one round. Not thread safe: one collector belongs to one validation.
 */
public final class Problems {

  /** Beyond this many problems the rest are only counted. */
  public static final int LIMIT = 200;

  private final List<Problem> problems = new ArrayList<>();
  private int dropped;

  public void error(ErrorCode code, String path, String message) {
    add(new Problem(code, Problem.Severity.ERROR, path, message, Optional.empty()));
  }

  /** Adds an error about a name, with the nearest of the known names as its suggestion. */
  public void unknownName(
      ErrorCode code, String path, String message, String given, Collection<String> known) {
    add(new Problem(code, Problem.Severity.ERROR, path, message, NearestName.among(given, known)));
  }

  public void warning(ErrorCode code, String path, String message) {
    add(new Problem(code, Problem.Severity.WARNING, path, message, Optional.empty()));
  }

  public void add(Problem problem) {
    if (problems.size() < LIMIT) {
      problems.add(problem);
    } else {
      dropped++;
    }
  }

  public void addAll(Collection<Problem> others) {
    others.forEach(this::add);
  }

  public boolean hasErrors() {
    return problems.stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR);
  }

  /** All problems in the order they were found. */
  public List<Problem> all() {
    return List.copyOf(problems);
  }

  public List<Problem> errors() {
    return problems.stream().filter(p -> p.severity() == Problem.Severity.ERROR).toList();
  }

  public List<Problem> warnings() {
    return problems.stream().filter(p -> p.severity() == Problem.Severity.WARNING).toList();
  }

  /** How many problems beyond {@link #LIMIT} were found and not kept. */
  public int dropped() {
    return dropped;
  }

  /**
   * Throws when there is at least one error.
   *
   * @throws MergefarmException carrying all problems, with the code of the first error
   */
  public void throwIfErrors() {
    if (hasErrors()) {
      throw new MergefarmException(all());
    }
  }
}
