package dev.mergefarm.eval.model.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds what sorted sequences share: sequences with a beginning of their own in common become one
 * tree (the choices of a question), and many trees with a beginning in common become a group whose
 * beginning is computed once (few-shot examples).
 */
final class SequenceGroups {

  /**
   * Sequences of one tree: a range of the sorted list.
   *
   * @param from first
   * @param to after the last
   */
  record Span(int from, int to) {}

  /**
   * Trees that share a prefix.
   *
   * @param prefix tokens shared; 0 for none
   */
  record Group(int prefix, List<Span> trees) {}

  /** A tree may always have this many nodes, however little longer than its longest sequence. */
  private static final int SMALL_TREE = 512;

  /** Sharing a prefix must save at least this many tokens to be worth a pass of its own. */
  private static final long LEAST_SAVING = 128;

  private final List<int[]> sequences;
  private final int[] scoredFrom;
  private final boolean joins;
  private final int[] shared;
  private final long[] nodesBefore;
  private final long[] tokensBefore;

  /**
   * @param sequences distinct, in lexicographic order
   * @param scoredFrom for each, the first position whose prediction is wanted, which must not be in
   *     a shared prefix
   * @param joins whether a tree may hold more than one sequence
   */
  SequenceGroups(List<int[]> sequences, int[] scoredFrom, boolean joins) {
    this.sequences = sequences;
    this.scoredFrom = scoredFrom;
    this.joins = joins;
    int count = sequences.size();
    this.shared = new int[count];
    this.nodesBefore = new long[count + 1];
    this.tokensBefore = new long[count + 1];
    for (int i = 0; i < count; i++) {
      int length = sequences.get(i).length;
      shared[i] = i == 0 ? 0 : common(sequences.get(i - 1), sequences.get(i));
      nodesBefore[i + 1] = nodesBefore[i] + length - shared[i];
      tokensBefore[i + 1] = tokensBefore[i] + length;
    }
  }

  private static int common(int[] left, int[] right) {
    int mismatch = Arrays.mismatch(left, right);
    return mismatch < 0 ? left.length : mismatch;
  }

  /** All groups, which together hold every sequence once. */
  List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    if (!sequences.isEmpty()) {
      Choice best = best(0, sequences.size());
      List<Span> alone = new ArrayList<>();
      for (Group group : best.groups()) {
        if (group.prefix() == 0) {
          alone.addAll(group.trees());
        } else {
          groups.add(group);
        }
      }
      if (!alone.isEmpty()) {
        groups.add(new Group(0, List.copyOf(alone)));
      }
    }
    return groups;
  }

  /** Ways to arrange a range: what it saves, and the groups. */
  private record Choice(long saving, List<Group> groups) {
    List<Span> trees() {
      return groups.stream().flatMap(group -> group.trees().stream()).toList();
    }
  }

  private Choice best(int from, int to) {
    if (isTree(from, to)) {
      return new Choice(0, List.of(new Group(0, List.of(new Span(from, to)))));
    }
    int beginning = beginning(from, to);
    long saving = 0;
    List<Group> apart = new ArrayList<>();
    int start = from;
    for (int i = from + 1; i <= to; i++) {
      if (i == to || shared[i] == beginning) {
        Choice part = best(start, i);
        saving += part.saving();
        apart.addAll(part.groups());
        start = i;
      }
    }
    Choice separate = new Choice(saving, apart);
    List<Span> trees = separate.trees();
    int prefix = Math.min(beginning, scoredFrom(from, to));
    long together = (long) prefix * (trees.size() - 1);
    return together >= LEAST_SAVING && together > saving
        ? new Choice(together, List.of(new Group(prefix, trees)))
        : separate;
  }

  /** Whether a range shares enough, in a few enough tokens, to be computed as one sequence. */
  private boolean isTree(int from, int to) {
    if (to - from == 1 || !joins) {
      return to - from == 1;
    }
    long nodes = nodesBefore[to] - nodesBefore[from] + shared[from];
    long tokens = tokensBefore[to] - tokensBefore[from];
    long longest = 0;
    for (int i = from; i < to; i++) {
      longest = Math.max(longest, sequences.get(i).length);
    }
    return nodes <= Math.max(SMALL_TREE, longest + longest / 2)
        && 4 * nodes <= 3 * tokens
        && 4L * beginning(from, to) >= longest;
  }

  private int beginning(int from, int to) {
    int least = Integer.MAX_VALUE;
    for (int i = from + 1; i < to; i++) {
      least = Math.min(least, shared[i]);
    }
    return least;
  }

  private int scoredFrom(int from, int to) {
    int least = Integer.MAX_VALUE;
    for (int i = from; i < to; i++) {
      least = Math.min(least, scoredFrom[i]);
    }
    return least;
  }
}
