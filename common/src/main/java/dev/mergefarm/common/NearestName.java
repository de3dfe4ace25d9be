package dev.mergefarm.common;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that a mistyped one was most likely meant to be. */
public final class NearestName {

  private NearestName() {}

  /**
   * The known name with the smallest edit distance (insert, delete, replace, swap of neighbours;
   * case and the difference of {@code -} and {@code _} are free), if that is at most a third of the
   * longer name's length, rounded up.
   */
  public static Optional<String> among(String given, Collection<String> known) {
    String wanted = normalise(given);
    return known.stream()
        .filter(name -> distance(wanted, normalise(name)) <= allowed(wanted, name))
        .min(
            Comparator.<String>comparingInt(name -> distance(wanted, normalise(name)))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static int allowed(String wanted, String name) {
    return (Math.max(wanted.length(), name.length()) + 2) / 3;
  }

  private static String normalise(String name) {
    String cut = name.length() > 200 ? name.substring(0, 200) : name;
    return cut.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  private static int distance(String a, String b) {
    int[][] table = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      table[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      table[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replace = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        table[i][j] = swapped ? Math.min(best, table[i - 2][j - 2] + 1) : best;
      }
    }
    return table[a.length()][b.length()];
  }
}
