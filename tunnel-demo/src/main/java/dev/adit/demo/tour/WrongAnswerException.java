package dev.adit.demo.tour;

/** An answer that is not the one it has to be. */
public final class WrongAnswerException extends Exception {
  private static final long serialVersionUID = 1;

  public WrongAnswerException(String message) {
    super(message);
  }

  /** Throws unless what came back is what was expected. */
  public static void check(String what, Object expected, Object actual)
      throws WrongAnswerException {
    if (!expected.equals(actual)) {
      throw new WrongAnswerException(what + ": expected " + expected + ", got " + actual);
    }
  }
}
