package dev.adit.demo.tour;

/** A call of the tour that did not come back right; the message says which and why. */
public final class TourException extends Exception {
  private static final long serialVersionUID = 1;

  TourException(String message, Exception cause) {
    super(message, cause);
  }
}
