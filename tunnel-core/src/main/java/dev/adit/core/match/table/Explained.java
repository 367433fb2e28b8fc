package dev.adit.core.match.table;

/**
 * What became of one entry when a call was looked up.
 *
 * @param reason for a loser, what was missing; for a winner, what made it fit
 */
public record Explained<T>(T value, Outcome outcome, String reason) {

  /** How an entry fared. */
  public enum Outcome {
    /** It decided. */
    WON,
    /** It fits too, but another has precedence. */
    OUTRANKED,
    /** A condition does not hold. */
    MISMATCH
  }
}
