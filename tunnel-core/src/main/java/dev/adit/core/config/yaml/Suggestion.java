package dev.adit.core.config.yaml;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Guesses which of some known words a misspelt one was meant to be. */
public final class Suggestion {

  private Suggestion() {}

  /** The nearest known word in quotes, or null if none is near enough to be a likely slip. */
  public static @Nullable String among(Collection<String> known, String written) {
    @Nullable String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String word : known) {
      int distance = distance(normal(word), normal(written));
      if (isBeginning(normal(word), normal(written))) {
        return "'" + word + "'";
      }
      if (distance < bestDistance) {
        best = word;
        bestDistance = distance;
      }
    }
    int allowed = Math.max(1, written.length() / 3);
    return best == null || bestDistance > allowed ? null : "'" + best + "'";
  }

  private static boolean isBeginning(String word, String written) {
    int shorter = Math.min(word.length(), written.length());
    return shorter >= 3 && word.regionMatches(0, written, 0, shorter);
  }

  private static String normal(String word) {
    String lower = word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    return lower.length() > 64 ? lower.substring(0, 64) : lower;
  }

  /* Optimal string alignment: insert, delete, replace, and swap of neighbours cost one each. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        d[i][j] = i == 0 || j == 0 ? i + j : cheapest(d, a, b, i, j);
      }
    }
    return d[a.length()][b.length()];
  }

  private static int cheapest(int[][] d, String a, String b, int i, int j) {
    int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
  }
}
