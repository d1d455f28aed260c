package dev.orchestrator.server.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody meant who made a typing error. Stateless. */
final class NearestName {
  /** More changes make another word. */
  private static final int MAX_CHANGES = 2;

  private NearestName() {}

  /** The name within two typing errors, one for short words, if there is one. */
  static Optional<String> of(String written, Collection<String> names) {
    int allowed = written.length() < 5 ? 1 : MAX_CHANGES;
    String nearest = null;
    int least = allowed + 1;
    for (String name : names) {
      int changes =
          changes(written.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT), allowed);
      if (changes < least) {
        least = changes;
        nearest = name;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /**
   * Letters added, left out, changed or swapped with their neighbour (Damerau and Levenshtein, the
   * restricted form); anything above the limit counts as one more than it.
   */
  static int changes(String one, String other, int limit) {
    if (Math.abs(one.length() - other.length()) > limit) {
      return limit + 1;
    }
    int[][] cost = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : step(one, other, i, j, cost);
      }
    }
    return Math.min(cost[one.length()][other.length()], limit + 1);
  }

  private static int step(String one, String other, int i, int j, int[][] cost) {
    char a = one.charAt(i - 1);
    char b = other.charAt(j - 1);
    int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
    least = Math.min(least, cost[i - 1][j - 1] + (a == b ? 0 : 1));
    boolean swapped = i > 1 && j > 1 && a == other.charAt(j - 2) && b == one.charAt(i - 2);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
