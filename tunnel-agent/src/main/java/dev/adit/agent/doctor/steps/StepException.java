package dev.adit.agent.doctor.steps;

import java.io.IOException;

/** A step that did not come about. */
public final class StepException extends IOException {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is. */
  public enum Kind {
    /** Nobody listens there. */
    REFUSED,
    /** Nobody answers in time. */
    TIMEOUT,
    /** The peer ended the connection. */
    CLOSED,
    /** The peer's bytes are not TLS. */
    NOT_TLS,
    /** TLS failed otherwise. */
    TLS,
    /** The system or the network says no. */
    OTHER
  }

  private final Kind kind;

  /**
   * @param text what was seen, printable
   */
  public StepException(Kind kind, String text) {
    super(text);
    this.kind = kind;
  }

  /** Which kind of failure it is. */
  public Kind kind() {
    return kind;
  }

  /** What was seen, printable. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
