package dev.adit.core.wire.protobuf;

/** A peer sent bytes that are no tunnel message, or one that breaks a limit. Ends the tunnel. */
public final class WireException extends Exception {
  private static final long serialVersionUID = 1;

  public WireException(String message) {
    super(message);
  }
}
