package dev.mergefarm.eval.model.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a text into windows that predict every token once, each with as much context before it as
 * the window holds.
 */
public final class RollingWindows {

  private RollingWindows() {}

  /**
   * @param tokens of the whole text; none for an empty list
   * @param prefix token that the first one is predicted from
   * @param length of a window, 1 or more
   */
  public static List<TokenizedRequest> of(int[] tokens, int prefix, int length) {
    List<TokenizedRequest> windows = new ArrayList<>();
    int first = Math.min(length, tokens.length);
    if (first > 0) {
      windows.add(new TokenizedRequest(new int[] {prefix}, Arrays.copyOf(tokens, first)));
    }
    for (int done = first; done < tokens.length; ) {
      int predicted = Math.min(tokens.length - done, length);
      int end = done + predicted;
      windows.add(
          new TokenizedRequest(
              Arrays.copyOfRange(tokens, end - length - 1, done),
              Arrays.copyOfRange(tokens, done, end)));
      done = end;
    }
    return windows;
  }
}
