package dev.mergefarm.eval.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Edits that turn a text into one reference, where a run of words may be moved at the price of one
 * edit. Searches moves greedily within the limits of the Tercom program, so that scores compare.
 */
final class EditAlignment {

  private static final int LONGEST_SHIFT = 10;
  private static final int FARTHEST_SHIFT = 50;
  private static final int BEAM = 25;
  private static final int MOST_CANDIDATES = 1000;
  private static final int UNREACHED = Integer.MAX_VALUE / 2;

  private enum Operation {
    NONE,
    KEEP,
    REPLACE,
    INSERT,
    DELETE
  }

  private final List<String> reference;
  private int candidates;

  EditAlignment(List<String> reference) {
    this.reference = reference;
  }

  /** The distance of a text and the operations from its start to its end. */
  private record Distance(int edits, List<Operation> operations) {}

  /** A moved text and how good the move is; compares as the Tercom program ranks moves. */
  private record Shift(int gain, int length, int start, int target, List<String> words) {

    boolean beats(Shift other) {
      if (other == null) {
        return true;
      }
      int order = Integer.compare(gain, other.gain);
      order = order != 0 ? order : Integer.compare(length, other.length);
      order = order != 0 ? order : Integer.compare(other.start, start);
      return (order != 0 ? order : Integer.compare(other.target, target)) > 0;
    }
  }

  /** Moves plus insertions, deletions and replacements. */
  int editsWithShifts(List<String> text) {
    if (reference.isEmpty()) {
      return text.size();
    }
    List<String> words = text;
    int shifts = 0;
    candidates = 0;
    while (true) {
      Shift best = bestShift(words);
      if (candidates >= MOST_CANDIDATES || best == null || best.gain <= 0) {
        return shifts + distance(words).edits;
      }
      shifts++;
      words = best.words;
    }
  }

  private Shift bestShift(List<String> words) {
    Distance before = distance(words);
    Alignment alignment = new Alignment(before.operations, words.size(), reference.size());
    Shift best = null;
    for (int start = 0; start < words.size(); start++) {
      for (int target = 0; target < reference.size(); target++) {
        if (Math.abs(target - start) > FARTHEST_SHIFT) {
          continue;
        }
        int limit =
            Math.min(LONGEST_SHIFT, Math.min(words.size() - start, reference.size() - target));
        for (int length = 1;
            length <= limit
                && words.get(start + length - 1).equals(reference.get(target + length - 1));
            length++) {
          best = better(best, words, before.edits, alignment, start, target, length);
          if (candidates >= MOST_CANDIDATES) {
            return best;
          }
        }
      }
    }
    return best;
  }

  private Shift better(
      Shift best,
      List<String> words,
      int edits,
      Alignment alignment,
      int start,
      int target,
      int length) {
    if (!alignment.worthMoving(start, target, length)) {
      return best;
    }
    Shift result = best;
    int previous = -1;
    for (int offset = -1; offset < length; offset++) {
      int position = target + offset == -1 ? 0 : alignment.textPosition[target + offset] + 1;
      if (position != previous) {
        previous = position;
        List<String> moved = move(words, start, length, position);
        Shift shift = new Shift(edits - distance(moved).edits, length, start, position, moved);
        candidates++;
        result = shift.beats(result) ? shift : result;
      }
    }
    return result;
  }

  private static List<String> move(List<String> words, int start, int length, int target) {
    List<String> result = new ArrayList<>(words.size());
    List<String> run = words.subList(start, start + length);
    if (target < start) {
      result.addAll(words.subList(0, target));
      result.addAll(run);
      result.addAll(words.subList(target, start));
      result.addAll(words.subList(start + length, words.size()));
    } else {
      int end = target > start + length ? target : Math.min(words.size(), length + target);
      result.addAll(words.subList(0, start));
      result.addAll(words.subList(start + length, end));
      result.addAll(run);
      result.addAll(words.subList(end, words.size()));
    }
    return result;
  }

  /** Levenshtein distance within a beam around the diagonal. */
  private Distance distance(List<String> words) {
    int rows = words.size() + 1;
    int columns = reference.size() + 1;
    int[][] cost = new int[rows][columns];
    Operation[][] operation = new Operation[rows][columns];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(cost[i], UNREACHED);
      Arrays.fill(operation[i], Operation.NONE);
    }
    for (int j = 0; j < columns; j++) {
      cost[0][j] = j;
      operation[0][j] = Operation.INSERT;
    }
    double ratio = words.isEmpty() ? 1 : (double) reference.size() / words.size();
    int beam = BEAM < ratio / 2 ? (int) Math.ceil(ratio / 2 + BEAM) : BEAM;
    for (int i = 1; i < rows; i++) {
      int diagonal = (int) Math.floor(i * ratio);
      int last = i == rows - 1 ? columns : Math.min(columns, diagonal + beam);
      for (int j = Math.max(0, diagonal - beam); j < last; j++) {
        step(words, cost, operation, i, j);
      }
    }
    return new Distance(cost[rows - 1][columns - 1], trace(operation));
  }

  private void step(List<String> words, int[][] cost, Operation[][] operation, int i, int j) {
    if (j == 0) {
      cost[i][0] = cost[i - 1][0] + 1;
      operation[i][0] = Operation.DELETE;
      return;
    }
    boolean equal = words.get(i - 1).equals(reference.get(j - 1));
    take(
        cost,
        operation,
        i,
        j,
        cost[i - 1][j - 1] + (equal ? 0 : 1),
        equal ? Operation.KEEP : Operation.REPLACE);
    take(cost, operation, i, j, cost[i - 1][j] + 1, Operation.DELETE);
    take(cost, operation, i, j, cost[i][j - 1] + 1, Operation.INSERT);
  }

  private static void take(
      int[][] cost, Operation[][] operation, int i, int j, int price, Operation name) {
    if (cost[i][j] > price) {
      cost[i][j] = price;
      operation[i][j] = name;
    }
  }

  private static List<Operation> trace(Operation[][] operation) {
    List<Operation> result = new ArrayList<>();
    int i = operation.length - 1;
    int j = operation[0].length - 1;
    while (i > 0 || j > 0) {
      Operation name = operation[i][j];
      result.add(name);
      i -= name == Operation.INSERT ? 0 : 1;
      j -= name == Operation.DELETE ? 0 : 1;
    }
    return result.reversed();
  }

  /** Which word of the text stands for which word of the reference, and where they differ. */
  private static final class Alignment {
    private final int[] textPosition;
    private final boolean[] textWrong;
    private final boolean[] referenceWrong;

    /** The operations rewrite the text; read backwards they say how the reference became it. */
    Alignment(List<Operation> operations, int words, int references) {
      textPosition = new int[references];
      textWrong = new boolean[words];
      referenceWrong = new boolean[references];
      int text = -1;
      int reference = -1;
      for (Operation operation : operations) {
        boolean wrong = operation != Operation.KEEP;
        if (operation != Operation.INSERT) {
          textWrong[++text] = wrong;
        }
        if (operation != Operation.DELETE) {
          referenceWrong[++reference] = wrong;
          textPosition[reference] = text;
        }
      }
    }

    boolean worthMoving(int start, int target, int length) {
      int aligned = textPosition[target];
      return any(textWrong, start, length)
          && any(referenceWrong, target, length)
          && !(start <= aligned && aligned < start + length);
    }

    private static boolean any(boolean[] flags, int start, int length) {
      for (int i = start; i < start + length; i++) {
        if (flags[i]) {
          return true;
        }
      }
      return false;
    }
  }
}
